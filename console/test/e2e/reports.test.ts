import type { AlertKpi } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { fieldToMs } from '../../src/format/calendar.js';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the pages of reports', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it.each([['kpi', 'zh-CN'], ['kpi', 'en'], ['handover', 'zh-CN'], ['handover', 'en']])('the button that prints stands beside the title of %s at 1366 px (%s)', async (path, locale) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/${path}`, locale, [1366, 768]);
    const [title, button] = [page.locator('.page-head h1'), page.getByTestId(`${path}-print`)];
    await button.waitFor();
    const [at, of] = [await button.boundingBox(), await title.boundingBox()];
    expect(Math.abs((at?.y ?? 0) - (of?.y ?? 999))).toBeLessThan(30);
  });

  it.each([['kpi', 'kpi-worst'], ['handover', 'handover'], ['shifts', 'week-grid']])('%s comes without the live connection; when the areas fail it says so and offers to try again', async (path, shown) => {
    const { hub, page } = wall;
    await page.route('**/socket.io/**', (route) => route.abort());
    await page.route('**/api/v1/areas', (route) => route.fulfill({ status: 500, json: {} }));
    await showAt(page, `${hub.url}/operations/${path}`, 'zh-CN', [1366, 768]);
    const retry = page.locator('#main').getByRole('button', { name: '重试' });
    await retry.waitFor();
    await page.unroute('**/api/v1/areas');
    await retry.click();
    await page.getByTestId(shown).waitFor();
    expect(await retry.count()).toBe(0);
  });

  it.each([['zh-CN', ['偏高', '偏低', '接近'], '没有达到目标，但相差不大：轻重分布'], ['en', ['above', 'below', 'near'], 'Not on target, and not far off: Spread of priorities']])('calls a share near its target only within ten points, and does not say that all is on target then (%s)', async (locale, sides, lead) => {
    const { hub, page } = wall;
    await page.route('**/alerts/kpi?*', async (route) => {
      const kpi = await (await route.fetch()).json() as AlertKpi;
      const bySeverity = kpi.bySeverity.map((entry) => ({ ...entry, count: entry.severity === 'minor' ? 97 : entry.severity === 'major' ? 3 : 0 }));
      await route.fulfill({ json: { ...kpi, raised: 100, bySeverity, per10Min: { mean: 0.7, max: 5 }, floodShare: 0, stale: 0, chattering: 0 } });
    });
    await showAt(page, `${hub.url}/operations/kpi`, locale, [1366, 768]);
    await page.getByTestId('kpi-spread').waitFor();
    expect(await page.getByTestId('kpi-spread').locator('.verdict').allTextContents()).toEqual(sides);
    expect(await page.getByTestId('kpi-figures').locator('.lead').textContent()).toBe(lead);
  });

  it('has on paper the times that it is of, none of which has still to come', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/kpi`, 'zh-CN', [1366, 768]);
    await page.getByTestId('kpi-worst').waitFor();
    const [, end] = (await page.getByTestId('kpi-heading').locator('p').textContent())?.match(/[\d-]{10} \d\d:\d\d/g) ?? [];
    expect(fieldToMs((end ?? '').replace(' ', 'T'))).toBeLessThanOrEqual(Date.now());
  });

  it('a bar of the heaviest load is as long as its share says', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/kpi`, 'zh-CN', [1366, 768]);
    const rows = page.getByTestId('kpi-worst').locator('li');
    await rows.first().waitFor();
    for (const row of await rows.all()) {
      const share = Number((await row.locator('.quiet').last().textContent())?.match(/\d+/)?.[0]);
      const [bar, track] = [await row.locator('.bar i').boundingBox(), await row.locator('.bar').boundingBox()];
      expect(Math.abs(100 * (bar?.width ?? 0) / (track?.width ?? 1) - share)).toBeLessThan(3);
    }
  });
});
