import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startFixtureHub } from './fixture-hub.js';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Without a browser or a build there is nothing to drive. */
export const canDrive = existsSync(CHROMIUM) && existsSync(fileURLToPath(new URL('../../dist/index.html', import.meta.url)));

export const launchBrowser = (more: readonly string[] = []): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: [...ARGS, ...more] });

/** Another page of the same hub in a language and at a size. */
export async function showAt(page: Page, address: string, locale: string, [width, height]: readonly [number, number]): Promise<void> {
  await page.evaluate(`localStorage.setItem('liandong.locale', '${locale}')`);
  await page.setViewportSize({ width, height });
  await page.goto(address);
}

type FixtureHub = Awaited<ReturnType<typeof startFixtureHub>>;

/** For the tests of a `describe`: one browser and one fixture hub for all of them, and a wall of its own for each. What it answers is there from the first test on. */
export function wallForEach(): { readonly hub: FixtureHub; readonly page: Page } {
  const wall = {} as { browser: Browser; hub: FixtureHub; page: Page }; // filled in before the first test
  beforeAll(async () => { wall.browser = await launchBrowser(); wall.hub = await startFixtureHub(); });
  afterAll(async () => { await wall.browser?.close(); await wall.hub?.stop(); });
  beforeEach(async () => { wall.page = await openWall(wall.browser, wall.hub); });
  afterEach(() => wall.page.context().close());
  return wall;
}

/** The wall of a fixture hub at 1920×1080, signed in, with its first alert there. `clockOffMs`: the computer's clock is so far ahead of the hub's. */
export async function openWall(browser: Browser, hub: { readonly url: string }, { clockOffMs = 0 }: { clockOffMs?: number } = {}): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  if (clockOffMs !== 0) await page.addInitScript(`{ const Right = Date; globalThis.Date = class extends Right { constructor(...parts) { if (parts.length === 0) super(Right.now() + ${clockOffMs}); else super(...parts); } static now() { return Right.now() + ${clockOffMs}; } }; }`);
  await page.goto(hub.url);
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-password').fill('right');
  await page.keyboard.press('Enter');
  await page.getByTestId('alert-card').first().waitFor();
  return page;
}
