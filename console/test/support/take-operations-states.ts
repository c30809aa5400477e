import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { startFixtureHub } from './fixture-hub.js';

/** What the pages of rules and duty say when something is wrong. `npx tsx console/test/support/take-operations-states.ts <folder>` */
const folder = process.argv[2] ?? 'operations-shots';
mkdirSync(folder, { recursive: true });
const problems: string[] = [];
const hub = await startFixtureHub();
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
async function signIn(url: string) {
  const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-password').fill('right');
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('sign-out').waitFor();
  return page;
}
const page = await signIn(hub.url);
const shot = async (name: string) => { await page.waitForTimeout(500); await page.screenshot({ path: `${folder}/${name}.png` }); };

// Somebody else saves the rule while it is open.
await page.goto(`${hub.url}/operations/rules/default-bin-fill`);
await page.getByTestId('band').first().locator('input').first().fill('75');
hub.operations.changeRule('default-bin-fill');
await page.waitForTimeout(1200);
await page.getByTestId('rule-save-open').click();
await page.getByTestId('rule-save-confirm').click();
await page.getByTestId('rule-conflict').waitFor();
await shot('state-conflict');

// A rule that would concern every device needs a second yes.
await page.goto(`${hub.url}/operations/rules/default-battery`);
await page.waitForTimeout(1400);
await page.getByTestId('rule-save-open').click();
await page.getByTestId('rule-save').waitFor();
if (await page.getByTestId('rule-save-confirm').isEnabled()) problems.push('a rule for everything could be saved without a second yes');
await shot('state-everything');
await page.getByTestId('rule-sure').click();
if (!(await page.getByTestId('rule-save-confirm').isEnabled())) problems.push('a rule for everything could not be saved after a second yes');
await page.keyboard.press('Escape');

// Wrong figures are said beside the field.
await page.goto(`${hub.url}/operations/rules/default-bin-fill`);
await page.waitForTimeout(900);
await page.getByTestId('band').first().locator('input').first().fill('8o');
await page.getByTestId('band').nth(1).locator('input').first().fill('150');
await shot('state-wrong');
await page.goto(`${hub.url}/operations/new-rule`);
await page.waitForTimeout(900);
await page.getByTestId('rule-save-open').click();
await shot('state-missing');

// The hub refuses, then is away.
hub.operations.refuseAll('FORBIDDEN');
await page.goto(`${hub.url}/operations/channels`);
await shot('state-forbidden');
hub.operations.refuseAll('STORE_UNAVAILABLE', 503);
await page.goto(`${hub.url}/operations/rules`);
await shot('state-down');
hub.operations.refuseAll(undefined);

await page.goto(`${hub.url}/operations/handover`);
await page.waitForTimeout(1200);
await page.emulateMedia({ media: 'print' });
await page.setViewportSize({ width: 794, height: 1123 });
await page.screenshot({ path: `${folder}/state-print.png`, fullPage: true });
await browser.contexts()[0]?.close();
await hub.stop();

// What a role may not do is not offered.
for (const role of ['operator', 'grid_worker', 'installer'] as const) {
  const own = await startFixtureHub({ role });
  const seen = await signIn(own.url);
  const tab = seen.locator('nav a[href="/operations"]').first();
  process.stdout.write(`${role}: ${await tab.isVisible() ? await tab.click().then(async () => { await seen.waitForTimeout(900); return (await seen.locator('[data-testid^=section-]').allTextContents()).join(' '); }) : 'no tab'}\n`);
  await seen.goto(`${own.url}/operations/channels`);
  await seen.waitForTimeout(700);
  await seen.screenshot({ path: `${folder}/state-${role}.png` });
  await seen.context().close();
  await own.stop();
}
await browser.close();
process.stdout.write(`${[...new Set(problems)].join('\n') || 'no problems'}\n`);
