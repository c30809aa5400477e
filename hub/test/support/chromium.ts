import { chromium, type Browser } from 'playwright-core';
import { findProgram, isExecutable } from './find-program.js';

/** What brings a browser and the Chinese glyphs, for `describeWithServer`. */
export const CHROMIUM_HINT = 'apt-get install chromium fonts-noto-cjk';

/** Path of Chromium: CHROMIUM_BIN, else Debian's; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_BIN'];
  if (named !== undefined) return isExecutable(named) ? named : undefined;
  return findProgram('chromium');
}

/**
 * A headless Chromium with a new, empty profile that is removed on `close()` (the library passes its own --user-data-dir).
 * The arguments keep it off the network but for the page under test.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`Chromium not found: ${CHROMIUM_HINT}`);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}
