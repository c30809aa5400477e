import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startFixtureHub } from './fixture-hub.js';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const SCREEN = { width: 1920, height: 1080 };

/** Without a browser or a build there is nothing to drive. */
export const canDrive = existsSync(CHROMIUM) && existsSync(fileURLToPath(new URL('../../dist/index.html', import.meta.url)));

export const launchBrowser = (more: readonly string[] = []): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: [...ARGS, ...more] });

/** Another page of the same hub in a language and at a size. */
export async function showAt(page: Page, address: string, locale: string, [width, height]: readonly [number, number]): Promise<void> {
  await page.evaluate(`localStorage.setItem('liandong.locale', '${locale}')`);
  await page.setViewportSize({ width, height });
  await page.goto(address);
}

/** The page is loaded anew, the browser asks whether it may, and somebody says no. */
export async function refusesReload(page: Page): Promise<void> {
  const asked = page.waitForEvent('dialog');
  await page.evaluate('void setTimeout(() => { location.reload(); })');
  const dialog = await asked;
  if (dialog.type() !== 'beforeunload') throw new Error(`asked by ${dialog.type()}`);
  await dialog.dismiss();
}

type FixtureHub = Awaited<ReturnType<typeof startFixtureHub>>;
type Options = Parameters<typeof startFixtureHub>[0];

/**
 * For the tests of a `describe`: one browser and one fixture hub for all of them, and for each a page of its own, signed in, in a browser that remembers nothing of the tests before. No page of the console is
 * open on it yet: `showAt` leads there. `fill`: what is in the hub from the first test on. What it answers is there from the first test on.
 */
export function wallForEach(options: Options = {}, fill: (hub: FixtureHub) => void = () => undefined): { readonly browser: Browser; readonly hub: FixtureHub; readonly page: Page } {
  const wall = {} as { browser: Browser; context: BrowserContext; hub: FixtureHub; page: Page }; // filled in before the first test
  beforeAll(async () => {
    [wall.browser, wall.hub] = await Promise.all([launchBrowser(), startFixtureHub(options)]);
    fill(wall.hub);
    wall.context = await openContext(wall.browser);
  });
  afterAll(async () => { await wall.browser?.close(); await wall.hub?.stop(); });
  beforeEach(async () => { wall.page = await openSignedIn(wall.context, wall.hub); });
  afterEach(() => wall.page.close());
  return wall;
}

/** One for many tests: it costs as much as a page of the console, so its memory is emptied for each test instead (`openSignedIn`). */
export async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: SCREEN });
  await context.newPage(); // a browser whose last window is closed may go with it
  return context;
}

/** A new page at the hub's address with nothing of the console on it, signed in through REST; whatever the context remembered is gone. */
export async function openSignedIn(context: BrowserContext, { url }: { readonly url: string }): Promise<Page> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: url, storageTypes: 'all' });
  await devtools.detach();
  await context.clearCookies();
  const answer = await context.request.post(`${url}/api/v1/session`, { data: { username: 'admin', password: 'right' } });
  if (!answer.ok()) throw new Error(`no session: ${answer.status()}`);
  await page.goto(`${url}/favicon.svg`);
  return page;
}

/** The wall of a fixture hub at 1920×1080, signed in through the form, with its first alert there. `clockOffMs`: the computer's clock is so far ahead of the hub's. */
export async function openWall(browser: Browser, hub: { readonly url: string }, { clockOffMs = 0 }: { clockOffMs?: number } = {}): Promise<Page> {
  const page = await (await browser.newContext({ viewport: SCREEN })).newPage();
  if (clockOffMs !== 0) await page.addInitScript(`{ const Right = Date; globalThis.Date = class extends Right { constructor(...parts) { if (parts.length === 0) super(Right.now() + ${clockOffMs}); else super(...parts); } static now() { return Right.now() + ${clockOffMs}; } }; }`);
  await page.goto(hub.url);
  await page.getByTestId('signin-username').fill('admin');
  await page.getByTestId('signin-password').fill('right');
  await page.keyboard.press('Enter');
  await page.getByTestId('alert-card').first().waitFor();
  return page;
}
