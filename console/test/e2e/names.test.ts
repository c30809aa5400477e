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
});
