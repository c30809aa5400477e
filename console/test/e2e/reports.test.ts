import { describe, expect, it } from 'vitest';
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
