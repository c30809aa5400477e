import { chromium } from 'playwright-core';
import { startFixtureHub } from './fixture-hub.js';

/** How fast the devices page is at 10,000 devices: `npx tsx console/test/support/measure-devices.ts`. */
const hub = await startFixtureHub({ devices: 10_000 });
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
await page.goto(`${hub.url}/devices`);
await page.getByTestId('signin-username').fill('admin');
await page.getByTestId('signin-password').fill('right');
await page.getByTestId('signin-submit').click();
await page.getByTestId('device-row').first().waitFor();
for (let round = 1; round <= 3; round += 1) {
  await page.goto(`${hub.url}/devices`, { waitUntil: 'commit' });
  await page.waitForFunction(() => document.querySelector('[data-testid=device-row]') !== null, undefined, { polling: 'raf' });
  const first = await page.evaluate(() => performance.now());
  await page.waitForFunction(() => Number(document.querySelector('[role=table]')?.getAttribute('aria-rowcount')) > 10_000, undefined, { polling: 'raf' });
  const all = await page.evaluate(() => performance.now());
  process.stdout.write(`round ${round}: first rows after ${Math.round(first)} ms, all 10,000 after ${Math.round(all)} ms\n`);
}
const cdp = await page.context().newCDPSession(page);
await cdp.send('Performance.enable');
const cost = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
const before = await cost();
// A string, so that the builder's helpers don't travel with it.
const frames = await page.evaluate<number[]>(`new Promise((done) => {
  const frame = document.querySelector('[role=table]'), gaps = [];
  let before = performance.now();
  const step = (now) => { gaps.push(now - before); before = now; frame.scrollTop += 900; if (gaps.length < 240) requestAnimationFrame(step); else done(gaps.slice(1).sort((a, b) => a - b)); };
  requestAnimationFrame(step);
})`);
const after = await cost();
const spent = (name: string) => Math.round(((after[name] ?? 0) - (before[name] ?? 0)) * 1000 / 240 * 100) / 100;
process.stdout.write(`per frame: script ${spent('ScriptDuration')} ms, style ${spent('RecalcStyleDuration')} ms, layout ${spent('LayoutDuration')} ms, all ${spent('TaskDuration')} ms; over 50 ms: ${frames.filter((gap) => gap > 50).length}\n`);
process.stdout.write(`scrolling 240 frames of 900 px: median ${frames[120]?.toFixed(1)} ms, 95 % under ${frames[227]?.toFixed(1)} ms, longest ${frames.at(-1)?.toFixed(1)} ms; ${await page.getByTestId('device-row').count()} rows drawn\n`);
await browser.close();
await hub.stop();
