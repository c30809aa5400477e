import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('a page that was opened while the hub was away', { timeout: 60_000 }, () => {
  const wall = wallForEach({}, (hub) => { hub.raise('a-over', 0, 'critical', '垃圾桶满溢 98%', 'Bin 98 % full', { ruleId: 'default-bin-fill', value: 98, threshold: 95 }); });

  it('says of an alert only what it knows, and has the rest by itself when the connection is back', async () => {
    const { hub, page } = wall;
    await showAt(page, hub.url, 'zh-CN', [1920, 1080]);
    const card = page.locator('[data-alert-id=a-over]');
    await card.waitFor();
    hub.away(true);
    try {
      await page.getByTestId('connection-banner').waitFor();
      await card.locator('a').first().press('Enter');
      const detail = page.getByTestId('alert-detail');
      await detail.getByText('数据没有取到').first().waitFor();
      await expect.poll(() => detail.locator('.problem').count()).toBe(3);
      expect(await detail.getByText('不是由数值触发').count()).toBe(0);
      expect(await detail.getByText('这台设备没有其他告警').count()).toBe(0);
    } finally { hub.away(false); }
    await page.getByTestId('alert-timeline').locator('li').first().waitFor();
    await expect.poll(() => page.getByTestId('alert-chart').getAttribute('data-points')).not.toBe('0');
    await page.getByTestId('alert-rule').waitFor();
    await expect.poll(() => page.locator('.problem').count()).toBe(0);
  });

  it.each([['policies', '[data-testid=policy-row]'], ['shifts', '.n-base-selection']])('shows its %s then, too, with nobody asking again', async (section, row) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/handover`, 'zh-CN', [1600, 900]);
    await page.getByTestId(`section-${section}`).waitFor();
    hub.away(true);
    try {
      await page.getByTestId('connection-banner').waitFor();
      await page.getByTestId(`section-${section}`).click();
      await page.locator('.problem').first().waitFor();
    } finally { hub.away(false); }
    await expect.poll(() => page.locator('.problem').count(), { timeout: 15_000 }).toBe(0);
    await page.locator(row).first().waitFor();
  });
});
