import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { startFixtureHub } from './fixture-hub.js';

/** Walks the installer's page, the devices page and a device's page against the fixture hub, both languages. `npx tsx console/test/support/take-field-shots.ts <folder> [install|devices]` */
const folder = process.argv[2] ?? 'console-shots';
const only = process.argv[3];
mkdirSync(folder, { recursive: true });
const problems: string[] = [];
const hub = await startFixtureHub({ devices: 400 });
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });

async function open(width: number, height: number, theme: string, locale: string, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, geolocation: { latitude: 36.2902, longitude: 120.0078, accuracy: 6 }, permissions: ['geolocation', 'camera'], hasTouch: width < 500 });
  await context.addInitScript(([chosenTheme, chosenLocale]) => { localStorage.setItem('liandong.theme', chosenTheme ?? ''); localStorage.setItem('liandong.locale', chosenLocale ?? ''); }, [theme, locale]);
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) problems.push(`${path} ${locale}: ${message.text()}`); });
  page.on('pageerror', (error) => problems.push(`${path} ${locale}: ${error.message}`));
  await page.goto(hub.url + path);
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-password').fill('right');
  await page.getByTestId('signin-submit').click();
  return page;
}
const shot = (page: Page, name: string, fullPage = false) => page.screenshot({ path: `${folder}/${name}.png`, fullPage });

async function install(width: number, height: number, locale: string): Promise<void> {
  const tag = `${width < 500 ? 'phone' : 'desk'}-${locale}`;
  const page = await open(width, height, 'dark', locale, '/install?code=7f3k-92ab-qx4m-otzw');
  await page.getByTestId('install-code').waitFor();
  await shot(page, `install-1-${tag}`);
  await page.getByTestId('install-scan').click();
  await page.waitForTimeout(1500);
  await shot(page, `install-1-camera-${tag}`);
  await page.getByTestId('install-next').click();
  await page.getByTestId('install-locate').click();
  await page.getByTestId('install-place').waitFor();
  await page.waitForTimeout(300);
  await shot(page, `install-2-${tag}`);
  await page.getByTestId('install-map').click({ position: { x: 8, y: 8 } });
  await page.waitForTimeout(300);
  await shot(page, `install-2-outside-${tag}`);
  await page.getByTestId('install-locate').click();
  await page.waitForTimeout(300);
  await page.getByTestId('install-next').click();
  await page.getByTestId('install-kind-waste_bin').click();
  await page.getByTestId('install-depthMm').fill('1200');
  await page.getByTestId('install-deadZoneMm').fill('1250');
  await page.waitForTimeout(200);
  await shot(page, `install-3-${tag}`, true);
  await page.getByTestId('install-deadZoneMm').fill('250');
  await page.getByTestId('install-photo').setInputFiles(`${folder}/install-1-${tag}.png`);
  await page.getByTestId('install-photo-shown').waitFor();
  await shot(page, `install-3-photo-${tag}`, true);
  await page.context().setOffline(true);
  await page.waitForTimeout(300);
  await shot(page, `install-3-offline-${tag}`);
  await page.getByTestId('install-submit').click();
  await page.getByTestId('install-saved').waitFor();
  await shot(page, `install-saved-${tag}`);
  await page.reload();
  await page.getByTestId('install-page').waitFor();
  await page.waitForTimeout(800);
  await shot(page, `install-reloaded-offline-${tag}`);
  await page.context().setOffline(false);
  await page.getByText(locale === 'en' ? 'See readings' : '看数据').last().waitFor();
  await page.waitForTimeout(300);
  await shot(page, `install-delivered-${tag}`);
  await page.locator('.good button').first().click();
  await page.getByTestId('install-live').waitFor();
  await page.waitForTimeout(500);
  await shot(page, `install-4-waiting-${tag}`, true);
  await page.getByTestId('credentials').getByRole('button').last().click();
  await page.locator('[data-testid=install-live][data-state=fresh]').waitFor();
  await shot(page, `install-4-live-${tag}`);
  await page.getByTestId('install-wrong').click();
  await page.waitForTimeout(500);
  await shot(page, `install-4-wrong-${tag}`, true);
  await page.getByTestId('install-accept').click();
  await page.getByTestId('install-accepted').waitFor();
  await page.waitForTimeout(300);
  await shot(page, `install-4-accepted-${tag}`);
  await page.context().close();
}

async function devices(width: number, height: number, theme: string, locale: string): Promise<void> {
  const tag = `${width < 500 ? 'phone' : 'desk'}-${locale}`;
  const page = await open(width, height, theme, locale, '/devices');
  await page.getByTestId('device-row').first().waitFor();
  await page.waitForTimeout(1500);
  await shot(page, `devices-${tag}`);
  await page.getByTestId('chip-late').click();
  if (width > 1000) await page.getByTestId('map-area-zhongyun').click();
  await page.waitForTimeout(700);
  await shot(page, `devices-late-${tag}`);
  await page.goto(`${hub.url}/devices?tab=discovered`);
  await page.getByTestId('discovered-row').first().waitFor();
  await page.waitForTimeout(500);
  await shot(page, `discovered-${tag}`);
  await page.getByTestId('discovered-claim').first().click();
  await page.waitForTimeout(700);
  await shot(page, `discovered-claim-${tag}`);
  await page.goto(`${hub.url}/devices`);
  await page.getByTestId('open-import').click();
  await page.getByTestId('import-file').setInputFiles({ name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from(['id,name,kind,area', ...Array.from({ length: 240 }, (_, index) => `bin-${index},垃圾桶 ${index},waste_bin,beiguan`)].join('\n')) });
  await page.getByTestId('import-row').first().waitFor();
  await page.waitForTimeout(500);
  await shot(page, `import-dry-${tag}`);
  await page.getByTestId('import-run').click();
  await page.getByTestId('import-credentials').waitFor();
  await shot(page, `import-done-${tag}`);
  await page.goto(`${hub.url}/devices/access-gate-003`);
  await page.getByTestId('device-page').waitFor();
  await page.getByTestId('command-set_interval').click();
  await page.getByTestId('command-open_gate').click();
  await page.getByTestId('make-claim-code').click();
  await page.waitForTimeout(1500);
  await shot(page, `device-${tag}`, true);
  await page.context().close();
}

if (only !== 'install') {
  await devices(1366, 768, 'dark', 'zh-CN');
  await devices(1366, 768, 'light', 'en');
  await devices(390, 844, 'light', 'zh-CN');
  await devices(390, 844, 'dark', 'en');
}
if (only !== 'devices') {
  await install(390, 844, 'zh-CN');
  await install(390, 844, 'en');
  await install(1366, 768, 'en');
}
await browser.close();
await hub.stop();
process.stdout.write(`${[...new Set(problems)].join('\n') || 'no console problems'}\n`);
