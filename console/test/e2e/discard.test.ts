import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { canDrive, refusesReload, showAt, wallForEach } from '../support/open-wall.js';

const wall = wallForEach();
const question = (page: Page) => page.getByTestId('discard-question');

/** How a dialog is opened, and the field of it that somebody types into. */
type Opened = readonly [path: string, open: (page: Page) => Promise<void>, field: string];
const press = (key: string) => async (page: Page) => { await page.locator('[data-testid=alert-card][data-current=true]').waitFor(); await page.keyboard.press(key); };
const click = (id: string) => (page: Page) => page.getByTestId(id).first().click();
const DIALOGS: Readonly<Record<string, Opened>> = {
  shelve: ['', press('s'), '[data-testid=shelve-reason]'], comment: ['', press('c'), '[data-testid=dialog-note]'], assign: ['', press('d'), '[data-testid=assign-name]'], escalate: ['', press('e'), '[data-testid=dialog-note]'],
  shift: ['operations/shifts', click('shift-new'), '[data-testid=shift-name]'], maintenance: ['operations/maintenance', click('maintenance-new'), '[data-testid=maintenance-reason]'],
  channel: ['operations/channels', click('channel-new'), '[data-testid=channel-name]'], policy: ['operations/policies', async (page) => { await page.getByTestId('policy-row').first().locator('button').click(); }, '[data-testid=policy-form] input'],
  device: ['devices', click('open-add'), '[data-testid=add-device] input'],
};

describe.skipIf(!canDrive)('a dialog that is left', { timeout: 60_000 }, () => {
  beforeEach(() => { wall.page.setDefaultTimeout(10_000); });

  it.each(Object.entries(DIALOGS))('closes at once when nothing was typed, and asks when something was: %s', async (_name, [path, open, selector]) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/${path}`, 'zh-CN', [1366, 768]);
    const field = page.locator(selector).first();
    await open(page);
    await field.waitFor();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    await open(page);
    const before = await field.inputValue();
    await field.fill('7');
    // Esc asks, Esc again goes on, as often as one likes, and the field has the focus as before.
    for (let turn = 0; turn < 3; turn += 1) {
      await page.keyboard.press('Escape');
      await question(page).waitFor();
      expect(await question(page).locator('p').textContent()).toBe('放弃已经填写的内容？');
      await page.keyboard.press('Escape');
      await question(page).waitFor({ state: 'detached' });
      expect([await field.inputValue(), await field.evaluate((own) => own === document.activeElement)]).toEqual(['7', true]);
    }
    // Typed and taken back is as if nothing had been.
    await field.fill(before);
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    expect(await question(page).count()).toBe(0);
    await open(page);
    await field.fill('8');
    await page.keyboard.press('Escape');
    await question(page).waitFor();
    await page.keyboard.press('Enter');
    await field.waitFor({ state: 'detached' });
    await open(page);
    expect(await field.inputValue()).toBe(before);
  });

  it.each([['its cross', 'shelve', '.shut'], ['its cancel button', 'shelve', '.actions .button:not(.primary):has(kbd)'], ['a click beside it', 'shelve', undefined], ['its cross', 'shift', '.n-base-close'], ['its cancel button', 'shift', '.foot .button:not(.primary)']])('asks whichever way it is left: by %s (%s)', async (_way, name, selector) => {
    const { hub, page } = wall;
    const [path, open, own] = DIALOGS[name] ?? (() => { throw new Error(name); })();
    await showAt(page, `${hub.url}/${path}`, 'en', [1366, 768]);
    await open(page);
    await page.locator(own).first().fill('new lid');
    if (selector === undefined) await page.mouse.click(8, 400); else await page.locator(`:is(dialog, .n-card) ${selector}`).first().click();
    await question(page).getByText('Discard what you entered?').waitFor();
    await page.getByTestId('discard-stay').click();
    expect(await page.locator(own).first().inputValue()).toBe('new lid');
  });

  it.each(Object.entries(DIALOGS))('asks before its page is left by the way back, and lets the browser ask before the tab is loaded anew: %s', async (_name, [path, open, selector]) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/kpi`, 'zh-CN', [1366, 768]);
    await page.locator(`a[href="/${path}"]`).first().click();
    const here = `${hub.url}/${path}`;
    await expect.poll(() => page.url()).toBe(here);
    await open(page);
    const field = page.locator(selector).first();
    await field.fill('7');
    await page.evaluate('history.back()');
    await question(page).waitFor();
    await page.keyboard.press('Escape');
    await question(page).waitFor({ state: 'detached' });
    await expect.poll(() => page.url()).toBe(here);
    expect(await field.inputValue()).toBe('7');
    await refusesReload(page);
    expect(await field.inputValue()).toBe('7');
    await page.evaluate('history.back()');
    await question(page).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).not.toBe(here);
    await expect.poll(() => field.count()).toBe(0);
  });

  it('asks nothing once it is saved', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/`, 'zh-CN', [1366, 768]);
    await press('c')(page);
    await page.getByTestId('dialog-note').fill('已派人');
    await page.getByTestId('dialog-submit').click();
    await page.getByTestId('dialog-note').waitFor({ state: 'detached' });
    expect(await question(page).count()).toBe(0);
  });
});

/** Where one comes from, the way to the page, what is changed there, what it says then and said before, and how it is saved. */
interface Typed { readonly from: string; open(page: Page): Promise<void>; change(page: Page, word: string): Promise<void>; says(page: Page): Promise<string | null>; save(page: Page): Promise<void> }
const field = (id: string) => ({
  change: async (page: Page, word: string) => { await page.getByTestId(id).click(); await page.keyboard.press('ControlOrMeta+A'); await page.keyboard.type(word); }, says: (page: Page) => page.getByTestId(id).inputValue(),
});
const day = (page: Page) => page.getByTestId('year-grid').locator('button').nth(4);
const PAGES: Readonly<Record<string, Typed>> = {
  rule: { from: 'operations/rules', open: (page) => page.locator('a[href="/operations/rules/activity-room"]').first().click(), ...field('rule-name'), save: async (page) => { await page.getByTestId('rule-save-open').click(); await page.getByTestId('rule-save-confirm').click(); await page.getByTestId('rule-save').waitFor({ state: 'detached' }); } },
  'new rule': { from: 'operations/rules', open: (page) => page.locator('a[href="/operations/new-rule"]').first().click(), ...field('rule-name'), save: () => Promise.resolve() },
  calendar: { from: 'operations/shifts', open: (page) => page.locator('a[href="/operations/calendar"]').first().click(), change: (page) => day(page).click(), says: (page) => day(page).getAttribute('title'), save: async (page) => { await page.getByTestId('calendar-save').click(); await page.locator('[data-testid=calendar-save]:disabled').waitFor(); } },
  comment: { from: '', open: (page) => page.locator('[data-testid=alert-card] a').first().click(), ...field('alert-comment'), save: async (page) => { await page.locator('form.comment button').click(); await expect.poll(() => page.getByTestId('alert-comment').inputValue()).toBe(''); } },
};
const names = Object.keys(PAGES);

describe.skipIf(!canDrive)('a page that is left', { timeout: 60_000 }, () => {
  beforeEach(() => { wall.page.setDefaultTimeout(10_000); });
  const asks = (page: Page) => question(page).getByText('Discard what you entered?').waitFor();
  /** Comes to the page from another one; the link of the header leads on. */
  async function arrive(name: string) {
    const [{ hub, page }, typed] = [wall, PAGES[name] ?? (() => { throw new Error(name); })()];
    await showAt(page, `${hub.url}/${typed.from}`, 'en', [1366, 768]);
    await typed.open(page);
    await expect.poll(() => typed.says(page)).toBeDefined();
    return { page, typed, here: page.url(), before: await typed.says(page), goOn: () => page.locator('a[href="/devices"]').first().click(), goBack: () => page.evaluate('history.back()'), path: () => new URL(page.url()).pathname.slice(1) };
  }

  it.each(names)('asks when something was changed, for a link and for the way back, and stays or goes as told: %s', async (name) => {
    const { page, typed, here, before, goOn, goBack, path } = await arrive(name);
    await typed.change(page, 'new lid');
    const changed = await typed.says(page);
    expect(changed).not.toBe(before);
    for (const leave of [goOn, goBack]) {
      await leave();
      await asks(page);
      await page.keyboard.press('Escape');
      await question(page).waitFor({ state: 'detached' });
      await expect.poll(() => page.url()).toBe(here);
      expect(await typed.says(page)).toBe(changed);
    }
    await goBack();
    await asks(page);
    await page.keyboard.press('Enter');
    await question(page).waitFor({ state: 'detached' });
    await expect.poll(path).toBe(PAGES[name]?.from);
    await typed.open(page);
    await expect.poll(() => typed.says(page)).toBe(before);
  });

  it.each(names)('lets the browser ask before the tab is closed: %s', async (name) => {
    const { page, typed } = await arrive(name);
    await typed.change(page, 'new lid');
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    expect(page.isClosed()).toBe(false);
  });

  it.each(names)('asks nothing when nothing was changed, or all of it back: %s', async (name) => {
    const { page, typed, before, goOn, path } = await arrive(name);
    await typed.change(page, 'new lid');
    await typed.change(page, before ?? '');
    if (before === '') await page.keyboard.press('Delete');
    await goOn();
    await expect.poll(path).toBe('devices');
    const again = await arrive(name);
    await again.goOn();
    await expect.poll(path).toBe('devices');
    await (await arrive(name)).page.close({ runBeforeUnload: true });
  });

  it.each(names.filter((name) => name !== 'new rule'))('asks nothing once it is saved: %s', async (name) => {
    const { page, typed, goOn, path } = await arrive(name);
    await typed.change(page, 'new lid');
    await typed.save(page);
    await goOn();
    await expect.poll(path).toBe('devices');
  });
});
