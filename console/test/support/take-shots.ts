import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { startFixtureHub } from './fixture-hub.js';

/** Takes the console's pages against the fixture hub, in both themes, both languages and three sizes. `npx tsx console/test/support/take-shots.ts <folder>` */
const folder = process.argv[2] ?? 'console-shots';
mkdirSync(folder, { recursive: true });
const SIZES = { wall: [1920, 1080], desk: [1366, 768], phone: [390, 844] } as const;
const problems: string[] = [];

const hub = await startFixtureHub();
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

async function open(size: keyof typeof SIZES, theme: string, locale: string): Promise<Page> {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({ viewport: { width, height } });
  await context.addInitScript(([chosenTheme, chosenLocale]) => { localStorage.setItem('liandong.theme', chosenTheme ?? ''); localStorage.setItem('liandong.locale', chosenLocale ?? ''); }, [theme, locale]);
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) problems.push(message.text()); });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${hub.url}/`);
  return page;
}
const shot = (page: Page, name: string) => page.screenshot({ path: `${folder}/${name}.png` });
async function signIn(page: Page): Promise<void> {
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-password').fill('right');
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('open-alert-count').waitFor();
  await page.waitForTimeout(2500);
}

for (const [size, theme, locale] of [['wall', 'dark', 'zh-CN'], ['desk', 'light', 'en'], ['phone', 'light', 'zh-CN']] as const) {
  const page = await open(size, theme, locale);
  const tag = `${size}-${theme}-${locale}`;
  await page.getByTestId('signin-password').fill('wrong');
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-submit').click();
  await page.waitForTimeout(500);
  await shot(page, `signin-${tag}`);
  await signIn(page);
  await shot(page, `overview-${tag}`);
  if (size === 'phone') await page.screenshot({ path: `${folder}/overview-${tag}-full.png`, fullPage: true });
  await page.goto(`${hub.url}/alerts?active=true`);
  await page.waitForTimeout(1500);
  await shot(page, `alerts-${tag}`);
  await page.goto(`${hub.url}/alerts/a-tilt?active=true`);
  await page.waitForTimeout(1500);
  await shot(page, `alert-${tag}`);
  await page.goto(`${hub.url}/devices`);
  await page.waitForTimeout(1500);
  await shot(page, `devices-${tag}`);
  await page.goto(`${hub.url}/devices/${size === 'desk' ? 'access-gate-003' : 'env-sensor-002'}`);
  await page.waitForTimeout(2500);
  await shot(page, `device-${tag}`);
  if (size !== 'desk') {
    await page.goto(`${hub.url}/`);
    await page.waitForTimeout(1500);
    hub.mute(true);
    await page.waitForTimeout(9500);
    await shot(page, `silent-${tag}`);
    hub.mute(false);
    await page.waitForTimeout(2500);
  }
  await page.context().close();
}
await browser.close();
await hub.stop();
process.stdout.write(`${[...new Set(problems)].join('\n') || 'no console problems'}\n`);
