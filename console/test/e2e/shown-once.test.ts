import type { Device } from '@liandong/protocols';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { canDrive, refusesReload, showAt, wallForEach } from '../support/open-wall.js';

const question = (page: Page) => page.getByTestId('discard-question');
const WORDS = {
  'zh-CN': { password: '密码还没有保存，以后不再显示。仍要离开？', file: '文件只试算过，还没有导入。仍要离开？', copied: '已复制' },
  en: { password: 'Leave without keeping the password? It is not shown again.', file: 'Leave without importing? The file has only been checked so far.', copied: 'Copied' },
} as const;
const LOCALES = ['zh-CN', 'en'] as const;

describe.skipIf(!canDrive)('a dialog with what is there only once', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  beforeEach(() => { wall.page.setDefaultTimeout(15_000); });
  /** Esc asks, and Esc again goes on with what is still there. */
  async function asks(page: Page, said: string, kept: string): Promise<void> {
    await page.keyboard.press('Escape');
    await question(page).waitFor();
    expect(await question(page).locator('p').textContent()).toBe(said);
    await page.keyboard.press('Escape');
    await question(page).waitFor({ state: 'detached' });
    expect(await page.getByTestId(kept).isVisible()).toBe(true);
  }
  async function closes(page: Page, what: string): Promise<void> {
    await page.keyboard.press('Escape');
    await page.getByTestId(what).waitFor({ state: 'detached' });
    expect(await question(page).count()).toBe(0);
  }
  async function addDevice(page: Page, id: string): Promise<void> {
    await page.getByTestId('open-add').click();
    const form = page.getByTestId('add-device');
    for (const [index, text] of [id, `Bin ${id}`].entries()) await form.locator('input').nth(index).fill(text);
    await form.locator('select').nth(1).selectOption('beiguan');
    await page.getByTestId('add-submit').click();
    await page.getByTestId('credentials').waitFor();
  }

  it.each(LOCALES)('asks before it closes on a new device’s password, until that is copied (%s)', async (locale) => {
    const { hub, page } = wall;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: hub.url });
    await showAt(page, `${hub.url}/devices`, locale, [1366, 768]);
    await addDevice(page, `once-${locale.toLowerCase()}`);
    await asks(page, WORDS[locale].password, 'credentials');
    const copy = page.getByTestId('credentials').locator('.secret button');
    await copy.first().click(); // the user name alone is no use
    await copy.first().getByText(WORDS[locale].copied).waitFor();
    await asks(page, WORDS[locale].password, 'credentials');
    await copy.last().click();
    await copy.last().getByText(WORDS[locale].copied).waitFor();
    await closes(page, 'credentials');
    // Who says so may leave it behind.
    await addDevice(page, `left-${locale.toLowerCase()}`);
    await page.keyboard.press('Escape');
    await question(page).waitFor();
    await page.keyboard.press('Enter'); // by reflex: it stays
    await question(page).waitFor({ state: 'detached' });
    expect(await page.getByTestId('credentials').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByTestId('discard-yes').click();
    await page.getByTestId('credentials').waitFor({ state: 'detached' });
  });

  it.each(LOCALES)('asks before it closes on a file that was checked and not imported, and then on its passwords until they are downloaded (%s)', async (locale) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/devices`, locale, [1366, 768]);
    await page.getByTestId('open-import').click();
    await page.getByTestId('import').waitFor();
    await closes(page, 'import');
    await page.getByTestId('open-import').click();
    await page.getByTestId('import-file').setInputFiles({ name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from('id,name\nbin-a,A\nbin-b,B\n') });
    await page.getByTestId('import-run').waitFor();
    await asks(page, WORDS[locale].file, 'import-run');
    await page.getByTestId('import-run').click();
    await page.getByTestId('import-credentials').waitFor();
    await asks(page, WORDS[locale].password, 'import-credentials');
    const downloaded = page.waitForEvent('download');
    await page.getByTestId('import-credentials').click();
    await downloaded;
    await closes(page, 'import');
  });
});

/** Where it is shown only once, the way there from another page, what is there then, and how it is kept. */
interface Shown { from(hub: { readonly devices: readonly Device[] }): string; open(page: Page): Promise<void>; readonly shows: string; keep(page: Page): Promise<void> }
const copyPassword = async (page: Page) => { const copy = page.getByTestId('credentials').locator('.secret button').last(); await copy.click(); await copy.getByText(WORDS.en.copied).waitFor(); };
const PLACES: Readonly<Record<string, Shown>> = {
  'a new device': {
    from: () => 'alerts', shows: 'credentials', keep: copyPassword,
    async open(page) {
      await page.locator('a[href="/devices"]').first().click();
      await page.getByTestId('open-add').click();
      const form = page.getByTestId('add-device');
      for (const [index, text] of ['bin-once', 'Bin once'].entries()) await form.locator('input').nth(index).fill(text);
      await form.locator('select').nth(1).selectOption('beiguan');
      await page.getByTestId('add-submit').click();
    },
  },
  'an import': {
    from: () => 'alerts', shows: 'import-credentials',
    async open(page) {
      await page.locator('a[href="/devices"]').first().click();
      await page.getByTestId('open-import').click();
      await page.getByTestId('import-file').setInputFiles({ name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from('id,name\nbin-a,A\nbin-b,B\n') });
      await page.getByTestId('import-run').click();
    },
    async keep(page) { const downloaded = page.waitForEvent('download'); await page.getByTestId('import-credentials').click(); await downloaded; },
  },
  'a device’s new password': {
    from: () => 'devices', shows: 'credentials', keep: copyPassword,
    async open(page) {
      await page.locator('a[href^="/devices/"]').first().click();
      await page.getByTestId('rotate').click();
      await page.locator('.sure .primary').click();
    },
  },
  'a claimed device': {
    from: ({ devices }) => `devices/${devices.find(({ accepted }) => accepted === false)?.id ?? ''}`, shows: 'credentials', keep: copyPassword,
    // An installer looks at one device, and goes on to the next.
    async open(page) {
      await page.locator('a[href^="/install?"]').click();
      await page.getByTestId('install-another').click();
      await page.getByTestId('install-code').fill('7F3K-92AB-QX4M-0TZW');
      await page.getByTestId('install-next').click();
      await page.getByTestId('install-community').selectOption('beiguan');
      await page.getByTestId('install-next').click();
      await page.getByTestId('install-submit').click();
    },
  },
};

describe.skipIf(!canDrive)('a page with what is there only once', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  beforeEach(() => { wall.page.setDefaultTimeout(15_000); });

  it.each(Object.entries(PLACES))('asks before it is left by the way back, and lets the browser ask before it is loaded anew, until that is kept: %s', async (_name, { from, open, shows, keep }) => {
    const { hub, page } = wall;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: hub.url });
    const there = `${hub.url}/${from(hub)}`;
    await showAt(page, there, 'en', [1366, 768]);
    await open(page);
    await page.getByTestId(shows).waitFor();
    const here = page.url();
    await page.evaluate('history.back()');
    await question(page).getByText(WORDS.en.password).waitFor();
    await page.keyboard.press('Enter'); // by reflex: it stays
    await question(page).waitFor({ state: 'detached' });
    await expect.poll(() => page.url()).toBe(here);
    await refusesReload(page);
    expect(await page.getByTestId(shows).isVisible()).toBe(true);
    await keep(page);
    await page.evaluate('history.back()');
    await expect.poll(() => page.url()).toBe(there);
    expect(await question(page).count()).toBe(0);
  });

  it('goes by a link when told so, and asks no more', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/devices`, 'en', [1366, 768]);
    await PLACES['a device’s new password']?.open(page);
    await page.getByTestId('credentials').waitFor();
    const link = page.locator('a[href="/alerts"]').first();
    await link.click();
    await page.getByTestId('discard-stay').click();
    expect(await page.getByTestId('credentials').isVisible()).toBe(true);
    await link.click();
    const box = await question(page).boundingBox();
    expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) / 2 - 1366 / 2)).toBeLessThan(2);
    await page.getByTestId('discard-yes').click();
    await expect.poll(() => page.url()).toBe(`${hub.url}/alerts`);
    await page.reload();
    await page.locator('h1').first().waitFor();
  });

  it('asks before somebody signs out, once, and stays signed in with it when told to', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/devices`, 'en', [1366, 768]);
    await PLACES['a device’s new password']?.open(page);
    await page.getByTestId('credentials').waitFor();
    await page.getByTestId('sign-out').click();
    await page.getByTestId('discard-stay').click();
    expect(await page.getByTestId('credentials').isVisible()).toBe(true);
    expect((await page.request.get(`${hub.url}/api/v1/session`)).status()).toBe(200);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => { dialogs.push(dialog.type()); void dialog.accept(); });
    await page.getByTestId('sign-out').click();
    await page.getByTestId('discard-yes').click();
    await expect.poll(() => page.url()).toBe(`${hub.url}/sign-in`);
    expect(dialogs).toEqual([]);
  });

  it('asks an installer who goes on to the next device, not when the device has been heard with it', async () => {
    const { hub, page } = wall;
    const claimed = PLACES['a claimed device'];
    await showAt(page, `${hub.url}/${claimed?.from(hub)}`, 'en', [390, 844]);
    await claimed?.open(page);
    await page.getByTestId('credentials').waitFor();
    const other = page.locator('#install-foot .two .button').last();
    await other.click();
    await page.getByTestId('discard-stay').click();
    expect(await page.getByTestId('credentials').isVisible()).toBe(true);
    await page.locator('[data-testid=install-live][data-state=fresh]').waitFor();
    await page.getByTestId('install-accept').click();
    await page.getByTestId('credentials').waitFor({ state: 'detached' });
    await page.getByTestId('install-another').click();
    await page.getByTestId('install-code').waitFor();
    expect(await question(page).count()).toBe(0);
  });
});
