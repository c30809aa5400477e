import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

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
  const wall = wallForEach();
  beforeEach(() => { wall.page.setDefaultTimeout(10_000); });
  const question = (page: Page) => page.getByTestId('discard-question');

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
