import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { startFixtureHub } from './fixture-hub.js';

/** Takes the pages of rules and duty against the fixture hub. `npx tsx console/test/support/take-operations-shots.ts <folder> [wall|light|phone]` */
const folder = process.argv[2] ?? 'operations-shots';
const only = process.argv[3];
mkdirSync(folder, { recursive: true });
const VARIANTS = [['wall', 1920, 1080, 'dark', 'zh-CN'], ['light', 1440, 900, 'light', 'en'], ['phone', 390, 844, 'light', 'zh-CN']] as const;
const PAGES = ['rules', 'rules/default-bin-fill', 'rules/activity-room', 'new-rule', 'shifts', 'policies', 'calendar', 'maintenance', 'channels', 'handover', 'kpi'] as const;
const problems: string[] = [];
const hub = await startFixtureHub();
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

async function open(width: number, height: number, theme: string, locale: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height } });
  await context.addInitScript(([chosenTheme, chosenLocale]) => { localStorage.setItem('liandong.theme', chosenTheme ?? ''); localStorage.setItem('liandong.locale', chosenLocale ?? ''); }, [theme, locale]);
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) problems.push(message.text()); });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${hub.url}/`);
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-password').fill('right');
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('sign-out').waitFor();
  return page;
}

for (const [name, width, height, theme, locale] of VARIANTS) {
  if (only !== undefined && only !== name) continue;
  const page = await open(width, height, theme, locale);
  const shot = async (what: string) => { await page.waitForTimeout(400); await page.screenshot({ path: `${folder}/${name}-${what}.png`, fullPage: name === 'phone' }); };
  const whole = (what: string) => page.evaluate(() => { const main = document.querySelector('#main'); return main === null ? 0 : main.scrollWidth - main.clientWidth; }).then((over) => { if (over > 1) problems.push(`${name} ${what}: ${over} px too wide`); });
  for (const path of PAGES) {
    await page.goto(`${hub.url}/operations/${path}`);
    await page.waitForTimeout(1600);
    await whole(path);
    await shot(path.replace('/', '-'));
  }
  await page.goto(`${hub.url}/operations/rules/default-bin-fill`);
  await page.getByTestId('backtest-start').click();
  await page.waitForTimeout(1800);
  await shot('backtest-running');
  await page.getByTestId('backtest-result').waitFor();
  await page.getByTestId('backtest-result').scrollIntoViewIfNeeded();
  await shot('backtest-done');
  await page.getByTestId('rule-save-open').click();
  await page.waitForTimeout(500);
  await shot('rule-save');
  await page.keyboard.press('Escape');
  await page.getByTestId('aside-versions').click();
  await page.waitForTimeout(600);
  await shot('rule-versions');
  await page.goto(`${hub.url}/operations/shifts`);
  await page.getByTestId('shift-new').click();
  await page.getByTestId('shift-save').click();
  await shot('shift-form');
  await page.goto(`${hub.url}/operations/channels`);
  await page.getByTestId('channel-test').nth(1).click();
  await page.waitForTimeout(600);
  await page.getByTestId('channel-new').click();
  await shot('channel-form');
  if (name === 'wall') { await page.goto(`${hub.url}/operations/handover`); await page.waitForTimeout(1200); await page.pdf({ path: `${folder}/handover.pdf`, preferCSSPageSize: true, printBackground: true }).catch((error: unknown) => problems.push(String(error))); }
  await page.context().close();
}
await browser.close();
await hub.stop();
process.stdout.write(`${[...new Set(problems)].join('\n') || 'no console problems'}\n`);
