import type { Page } from 'playwright-core';
import type { Calendar, EscalationAnswer, Shift } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('what is changed in two tabs at once', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  let other: Page;
  beforeEach(async () => {
    other = await wall.page.context().newPage();
    await other.goto(`${wall.hub.url}/favicon.svg`);
    for (const tab of [wall.page, other]) tab.setDefaultTimeout(10_000);
  });
  afterEach(() => other.close());
  const show = async (path: string, locale: string) => { for (const tab of [wall.page, other]) await showAt(tab, `${wall.hub.url}/${path}`, locale, [1366, 768]); };
  const read = async <T>(path: string): Promise<T> => await (await wall.page.context().request.get(`${wall.hub.url}/api/v1/${path}`)).json() as T;
  const note = (tab: Page) => tab.getByTestId('overtaken');

  it('loses nothing of a policy: the later one is told who saved what, keeps what was typed, and saves both', async () => {
    await show('operations/policies', 'zh-CN');
    const field = (tab: Page, index: number) => tab.locator('[data-testid=policy-form] input').nth(index);
    for (const tab of [wall.page, other]) await tab.getByTestId('policy-row').filter({ hasText: '本区域自定，第 3 版' }).locator('button').click();
    await field(wall.page, 0).fill('5');
    await wall.page.getByTestId('policy-save').click();
    await wall.page.getByTestId('policy-form').waitFor({ state: 'detached' });
    await field(other, 2).fill('15');
    await other.getByTestId('policy-save').click();
    await expect.poll(() => note(other).textContent()).toMatch(/您编辑时，管理员 在 .* 改过，您的还没有保存.*多久未确认就升级：5 分钟/);
    expect([await field(other, 2).inputValue(), await other.getByTestId('policy-save').isDisabled()]).toEqual(['15', true]);
    expect(await read<EscalationAnswer>('areas/fuan-jie/escalation')).toMatchObject({ critical: { ackWithinS: 300 }, major: { ackWithinS: 600 }, version: 4 });
    await other.getByTestId('overtaken-keep').click();
    await note(other).waitFor({ state: 'detached' });
    expect([await field(other, 0).inputValue(), await field(other, 2).inputValue()]).toEqual(['5', '15']);
    await other.getByTestId('policy-save').click();
    await other.getByTestId('policy-form').waitFor({ state: 'detached' });
    expect(await read<EscalationAnswer>('areas/fuan-jie/escalation')).toMatchObject({ critical: { ackWithinS: 300 }, major: { ackWithinS: 900 }, version: 5 });
  });

  it('loses no holiday', async () => {
    await show('operations/calendar', 'en');
    const year = new Date().getUTCFullYear();
    const day = (tab: Page, date: string) => tab.getByTestId('year-grid').locator(`button[title^="${year}-${date}"]`);
    await day(wall.page, '03-03').click();
    await day(other, '03-04').click();
    await wall.page.getByTestId('calendar-save').click();
    await expect.poll(async () => (await read<Calendar>('calendar')).updatedBy).toBe('admin');
    await other.getByTestId('calendar-save').click();
    await expect.poll(() => note(other).textContent()).toMatch(new RegExp(`While you were editing, 管理员 changed this at .*yours is not saved.*${year}-03-03: Holiday`));
    expect([await day(other, '03-04').getAttribute('title'), (await read<Calendar>('calendar')).days.some(({ date }) => date === `${year}-03-04`)]).toEqual([`${year}-03-04 · Holiday`, false]);
    await other.getByTestId('overtaken-keep').click();
    await note(other).waitFor({ state: 'detached' });
    await other.getByTestId('calendar-save').click();
    await expect.poll(async () => (await read<Calendar>('calendar')).days.map(({ date }) => date)).toEqual(expect.arrayContaining([`${year}-03-03`, `${year}-03-04`]));
  });

  it('loses nothing of a shift, and is seen when the tab is looked at again, before anything is saved', async () => {
    await show('operations/shifts', 'zh-CN');
    const open = (tab: Page) => tab.getByTestId('shift-row').filter({ hasText: '街道白班' }).locator('button').click();
    const saved = async (tab: Page) => { await tab.getByTestId('shift-save').click(); await tab.getByTestId('shift-form').waitFor({ state: 'detached' }); };
    const stored = async () => (await read<{ data: Shift[] }>('shifts')).data.find(({ id }) => id === 's-d');
    for (const tab of [wall.page, other]) await open(tab);
    await wall.page.getByTestId('weekday-7').click();
    await saved(wall.page);
    await other.getByTestId('shift-name').fill('街道白班甲');
    await other.getByTestId('shift-save').click();
    await expect.poll(() => note(other).textContent()).toMatch(/管理员 在 .* 改过/);
    expect([await other.getByTestId('shift-name').inputValue(), (await stored())?.name]).toEqual(['街道白班甲', '街道白班']);
    await other.getByTestId('overtaken-keep').click();
    await saved(other);
    expect(await stored()).toMatchObject({ name: '街道白班甲', weekdays: [1, 2, 3, 4, 5, 6], version: 3 });

    await open(other);
    await other.getByTestId('shift-name').fill('街道白班乙');
    // The first tab's list is that of before; looked at again it is the newest.
    await wall.page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await wall.page.getByTestId('shift-row').filter({ hasText: '街道白班甲' }).waitFor();
    await open(wall.page);
    await wall.page.getByTestId('shift-name').fill('街道白班丙');
    await saved(wall.page);
    await other.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await expect.poll(() => note(other).textContent()).toContain('班次名称：街道白班丙');
    await other.getByTestId('overtaken-take').click();
    await note(other).waitFor({ state: 'detached' });
    expect(await other.getByTestId('shift-name').inputValue()).toBe('街道白班丙');
  });
});
