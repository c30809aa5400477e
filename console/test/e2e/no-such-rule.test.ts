import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('a rule that is not there', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  it.each([['zh-CN', '没有这条规则', '返回规则'], ['en', 'No such rule', 'Back to rules']])('is said to be none, with the way back and nothing to try again (%s)', async (locale, title, back) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules/none`, locale, [1366, 768]);
    await expect.poll(() => page.locator('.page-head h1').textContent(), { timeout: 15_000 }).toBe(title);
    expect([await page.locator('.problem').count(), await page.getByTestId('rule-nearer').count()]).toEqual([0, 0]);
    await page.locator('.empty').getByText(back).click();
    await page.getByTestId('rule-row').first().waitFor();
  });
});
