import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the page of an alert', { timeout: 60_000 }, () => {
  const wall = wallForEach({ role: 'grid_worker' }, (hub) => {
    hub.raise('a-heat', 0, 'critical', '垃圾桶 B-100 10 分钟内升温 20.5 °C', 'B-100 rose by 20.5 °C within 10 min', { ruleId: 'heating', value: 20.5, threshold: 10 });
    hub.escalate('a-heat');
    hub.clear('a-heat');
  });

  it('has the curve and the limit also for those who may not read rules', async () => {
    const { hub, page } = wall;
    await page.route('**/api/v1/rules/**', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"code":"FORBIDDEN","status":403}' }));
    await showAt(page, `${hub.url}/alerts/a-bin`, 'zh-CN', [1600, 900]);
    await expect.poll(() => page.getByTestId('alert-chart').getAttribute('data-points')).not.toBe('0');
    expect(await page.getByTestId('alert-chart').getAttribute('data-limit')).toBe('75');
    expect(await page.getByTestId('alert-detail').getByText('96 %', { exact: true }).count()).toBe(1);
    expect(await page.getByText('不是由数值触发').count()).toBe(0);
  });

  it.each([['zh-CN', '10 分钟内上升 20.5 °C', '10 分钟内上升 10 °C'], ['en', 'up 20.5 °C within 10 min', 'up 10 °C within 10 min']])('tells a change as a change, with its unit, and draws no limit of it on the axis (%s)', async (locale, value, limit) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/alerts/a-heat`, locale, [1600, 900]);
    await expect.poll(() => page.getByTestId('alert-chart').getAttribute('data-points')).not.toBe('0');
    expect(await page.getByTestId('alert-chart').getAttribute('data-limit')).toBeNull();
    expect(await page.getByTestId('alert-chart').getAttribute('data-marks')).toBe('3');
    const measure = await page.getByTestId('alert-measure').textContent();
    expect([measure?.includes(value), measure?.includes(limit)]).toEqual([true, true]);
    expect(await page.locator('dl').innerText()).toContain(value);
    expect(await page.getByTestId('alert-timeline').innerText()).toContain(value);
  });
});
