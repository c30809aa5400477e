import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

const question = (page: Page) => page.getByTestId('discard-question');
const WORDS = {
  'zh-CN': { password: '密码还没有保存，以后不再显示。仍要关闭？', file: '文件只试算过，还没有导入。仍要关闭？', copied: '已复制' },
  en: { password: 'Close without keeping the password? It is not shown again.', file: 'Close without importing? The file has only been checked so far.', copied: 'Copied' },
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
