import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '@liandong/protocols';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

const inForce = (page: Page, id: string) => page.evaluate<Rule>(`fetch('/api/v1/rules/${id}').then((answer) => answer.json())`);
const focused = (page: Page) => page.evaluate<string | undefined>('document.activeElement?.dataset.testid');

describe.skipIf(!canDrive)('a rule that is edited', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  beforeEach(() => { wall.page.setDefaultTimeout(10_000); });
  /** The page of a rule, with another Chinese name typed, and the devices it concerns counted. */
  async function rename(id: string, name: string, locale = 'zh-CN'): Promise<void> {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules/${id}`, locale, [1366, 768]);
    await page.getByTestId('rule-name').fill(name);
    await page.getByTestId('rule-preview').locator('.answer').waitFor();
  }

  it('while somebody else saves it: found before the last look; saving over theirs goes on to a last look at what is in force now, and saves', async () => {
    const { hub, page } = wall;
    await rename('default-bin-fire', '垃圾桶着火');
    const before = await inForce(page, 'default-bin-fire');
    hub.operations.changeRule('default-bin-fire');
    await page.getByTestId('rule-save-open').click();
    await page.getByTestId('rule-conflict').waitFor();
    expect(await page.getByTestId('rule-save').count()).toBe(0);
    await page.getByText('用我的覆盖对方的').click();
    const look = page.getByTestId('rule-save');
    await look.waitFor();
    expect(await look.locator('dd del').allTextContents()).toEqual(['垃圾桶高温 / Bin fire', '持续 1 分钟才告警']);
    expect(await page.getByTestId('rule-conflict').count()).toBe(0);
    await page.getByTestId('rule-save-confirm').click();
    await look.waitFor({ state: 'detached' });
    await expect.poll(async () => (await inForce(page, 'default-bin-fire')).name.zh).toBe('垃圾桶着火');
    expect((await inForce(page, 'default-bin-fire')).onDelayS).toBe(before.onDelayS);
  });

  it.each([['zh-CN', '登录过期前填写'], ['en', 'before your session expired']])('until the session ends keeps what was typed for who signs in again, with a way to drop it (%s)', async (locale, said) => {
    const { page } = wall;
    await rename('default-bin-tilted', '桶倒了', locale);
    const stored = (await inForce(page, 'default-bin-tilted')).name.zh;
    await page.evaluate(`fetch('/api/v1/session', { method: 'DELETE' })`);
    await page.getByTestId('rule-save-open').click();
    await page.getByTestId('signin-username').fill('admin');
    await page.getByTestId('signin-password').fill('right');
    await page.keyboard.press('Enter');
    await page.getByTestId('rule-restored').getByText(said).waitFor();
    expect(await page.getByTestId('rule-name').inputValue()).toBe('桶倒了');
    expect((await inForce(page, 'default-bin-tilted')).name.zh).toBe(stored);
    await page.getByTestId('rule-drop').click();
    await page.getByTestId('rule-restored').waitFor({ state: 'detached' });
    expect(await page.getByTestId('rule-name').inputValue()).toBe(stored);
    // It is given back once.
    await page.reload();
    await page.getByTestId('rule-preview').locator('.answer').waitFor();
    expect([await page.getByTestId('rule-restored').count(), await page.getByTestId('rule-name').inputValue()]).toEqual([0, stored]);
  });

  it('has the focus on what the last look is for, goes round within it, and back to where it was', async () => {
    const { page } = wall;
    await rename('noise-often', '夜里吵');
    await page.getByTestId('rule-save-open').click();
    await page.getByTestId('rule-save').waitFor();
    await expect.poll(() => focused(page)).toBe('rule-save-confirm');
    const stops = new Set<string | undefined>();
    for (let turn = 0; turn < 8; turn += 1) {
      await page.keyboard.press('Tab');
      // The browser's own parts, between the last and the first, are the page's body here.
      stops.add(await page.evaluate<string | undefined>(`(() => { const own = document.activeElement; const { width } = own.getBoundingClientRect(); return own === document.body ? 'browser' : own.closest('.n-card') === null ? 'outside' : width === 0 ? 'nothing' : own.dataset.testid ?? own.className; })()`));
    }
    expect([...stops]).not.toContain('nothing');
    expect([...stops]).not.toContain('outside');
    expect([...stops]).toContain('rule-save-confirm');
    await page.keyboard.press('Escape');
    await page.getByTestId('rule-save').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('rule-save-open');
    await page.keyboard.press('Enter');
    await page.getByTestId('rule-save').waitFor();
    await expect.poll(() => focused(page)).toBe('rule-save-confirm');
    await page.keyboard.press('Enter');
    await page.getByTestId('rule-save').waitFor({ state: 'detached' });
    expect((await inForce(page, 'noise-often')).name.zh).toBe('夜里吵');
  });

  it.each([['zh-CN', '找不到设备 gone-7', '管不到任何设备'], ['en', 'Not found: gone-7', 'it concerns no device']])('names a device that is gone: the list says so, and the editor what to do (%s)', async (locale, said, listed) => {
    const { hub, page } = wall;
    await page.evaluate(`fetch('/api/v1/rules/default-bin-fire').then((answer) => answer.json()).then((rule) => fetch('/api/v1/rules', { method: 'POST', body: JSON.stringify({ ...rule, id: 'orphan', scope: { devices: ['gone-7'] } }) }))`);
    await showAt(page, `${hub.url}/operations/rules`, locale, [1366, 768]);
    await page.locator('[data-rule-id=orphan]').getByTestId('rule-gone').getByText(listed).waitFor();
    expect(await page.getByTestId('rule-gone').count()).toBe(1);
    await page.locator('[data-rule-id=orphan] a').click();
    await page.getByText(said).waitFor();
    expect(await page.getByTestId('rule-uncounted').count()).toBe(0);
    await page.locator('.row.wrong .n-base-close').first().click();
    await page.getByText(said).waitFor({ state: 'detached' });
    await page.getByTestId('rule-preview').locator('.answer').waitFor();
  });

  it('marks the words of the language that is wrong, and of no other, and speaks of faults where all is filled in', async () => {
    const { page } = wall;
    await rename('default-bin-fill', '满了');
    await page.getByTestId('rule-message-en').fill('{device} at {valeu}');
    const wrong = async () => [await page.getByTestId('rule-message').getAttribute('aria-invalid'), await page.getByTestId('rule-message-en').getAttribute('aria-invalid')];
    await expect.poll(wrong).toEqual(['false', 'true']);
    const border = (id: string) => page.getByTestId(id).evaluate((own) => getComputedStyle(own).borderTopColor);
    expect(await border('rule-message')).toBe(await border('rule-name'));
    expect(await border('rule-message-en')).not.toBe(await border('rule-name'));
    await page.getByTestId('rule-preview').getByText('没有错处').waitFor();
  });
});
