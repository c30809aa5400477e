import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('what a screen reader says of selects, dialogs and tags', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  const namesOf = (page: Page, selector: string) => page.locator(selector).evaluateAll((all) => [...new Set(all.map((part) => part.getAttribute('aria-label')))]);

  it.each([['zh-CN', '关闭', '去掉', '正在读取', '确认'], ['en', 'Close', 'Remove', 'Loading', 'OK']])('is in the language of the page, and follows it (%s)', async (locale, close, remove, loading, confirm) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/shifts`, locale === 'en' ? 'zh-CN' : 'en', [1366, 768]);
    await page.getByTestId('shift-area').waitFor();
    await page.getByTestId('locale-switch').click();
    await page.getByTestId('shift-new').click();
    await page.getByTestId('shift-users').click();
    await page.locator('.n-base-select-option').filter({ visible: true }).first().click();
    await page.keyboard.press('Escape');
    await page.locator('.n-tag .n-base-close').first().waitFor();
    expect(await namesOf(page, '.n-tag .n-base-close')).toEqual([remove]);
    expect(await namesOf(page, '.n-card-header .n-base-close')).toEqual([close]);
    expect(await namesOf(page, '.n-base-loading')).toEqual([loading]);
    // None of them loads.
    expect(await page.locator('.n-base-loading:not([aria-hidden=true])').count()).toBe(0);
    await page.getByTestId('shift-start').click();
    await page.locator('.n-time-picker-panel').getByText(confirm).waitFor();
  });

  it('has no English word left on any page in Chinese', async () => {
    const { hub, page } = wall;
    for (const path of ['alerts', 'devices', 'operations/new-rule', 'operations/handover', 'operations/channels']) {
      await showAt(page, `${hub.url}/${path}`, 'zh-CN', [1366, 768]);
      await page.locator('.n-base-selection, .n-input').first().waitFor();
      expect((await namesOf(page, '[aria-label]')).filter((name) => name !== null && !/[\u4e00-\u9fff]/.test(name))).toEqual([]);
    }
  });

  /** Of each select that can have the focus, where it stands and how Chromium tells it to a screen reader. */
  async function selectsOf(page: Page): Promise<{ role: string; name: string; markup: string }[]> {
    const cdp = await page.context().newCDPSession(page);
    // Below an open dialog there is nothing to say.
    const boxes = await page.locator(':is(select, .n-base-selection [tabindex="0"]):not([inert] *)').all();
    return Promise.all(boxes.map(async (box, index) => {
      await box.evaluate((own, at) => { Object.assign(globalThis, { [`box${at}`]: own }); }, index);
      const { result: { objectId = '' } } = await cdp.send('Runtime.evaluate', { expression: `box${index}` });
      const { nodes: [node] } = await cdp.send('Accessibility.getPartialAXTree', { objectId, fetchRelatives: false });
      return { role: String(node?.role?.value), name: String(node?.name?.value ?? ''), markup: await box.evaluate((own) => own.closest('.n-select, .n-tree-select, select')?.outerHTML.slice(0, 300) ?? own.outerHTML) };
    }));
  }
  const unnamed = (selects: Awaited<ReturnType<typeof selectsOf>>) => selects.filter(({ role, name }) => role !== 'combobox' || name === '');
  const SELECTS: readonly [path: string, count: number, first: string, open?: (page: Page) => Promise<void>][] = [
    ['alerts', 5, '状态'], ['devices', 4, '区域'], ['operations/handover', 2, '区域'], ['operations/kpi', 1, '区域'], ['operations/shifts', 1, '区域'], ['operations/channels', 2, '渠道'],
    ['operations/rules/activity-room', 10, '设备类型'], ['operations/rules/default-bin-fill', 10, '设备类型'],
    ['operations/shifts', 4, '层级', (page) => page.getByTestId('shift-new').click()], ['operations/channels', 3, '类型', (page) => page.getByTestId('channel-new').click()], ['operations/maintenance', 1, '哪些设备', (page) => page.getByTestId('maintenance-new').click()],
  ];

  it.each(SELECTS)('says what each select is for: %s, %i at least', async (path, count, first, open) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/${path}`, 'zh-CN', [1366, 768]);
    if (open !== undefined) await open(page);
    await expect.poll(async () => (await selectsOf(page)).length).toBeGreaterThanOrEqual(count);
    const selects = await selectsOf(page);
    expect(unnamed(selects)).toEqual([]);
    expect(selects[0]?.name).toBe(first);
  });

  it('says what each select of a new rule is for, whatever its type, in the language of the page', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/new-rule`, 'zh-CN', [1366, 768]);
    for (const type of ['越限', '超出区间', '状态', '变化过快', '多次越限', '事件', '失联', '组合条件', '空气质量指数', '噪声超标']) {
      await page.getByTestId('rule-type').click();
      await page.locator('.n-base-select-option').filter({ visible: true }).getByText(type, { exact: true }).click();
      await page.getByTestId('rule-type').getByText(type).waitFor();
      expect(unnamed(await selectsOf(page)), type).toEqual([]);
    }
    expect((await selectsOf(page)).map(({ name }) => name).slice(0, 2)).toEqual(['设备类型', '类型']);
    await page.getByTestId('locale-switch').click();
    expect((await selectsOf(page)).map(({ name }) => name).slice(0, 2)).toEqual(['Kinds of device', 'Type']);
  });
});
