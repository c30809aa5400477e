import { describe, expect, it } from 'vitest';
import { DAY_MS, isoDate, startOfWeek } from '../../src/format/calendar.js';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('shifts and holidays', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it.each([['zh-CN', '节假日也值班', '节假日', '只在节假日'], ['en', 'on all holidays too', 'Holiday', 'Holidays only']])('a shift that asks the calendar is made in the form, said in the list, and drawn in the week as it runs (%s)', async (locale, said, mark, other) => {
    const { hub, page } = wall;
    const monday = startOfWeek(Date.now());
    await page.evaluate(`fetch('/api/v1/calendar', { method: 'PUT', body: JSON.stringify({ days: [{ date: '${isoDate(monday + 2 * DAY_MS)}', kind: 'holiday', name: '试放假' }] }) })`);
    await showAt(page, `${hub.url}/operations/shifts`, locale, [1366, 768]);
    await page.getByTestId('shift-new').click();
    const name = `weekend ${locale}`;
    await page.getByTestId('shift-name').fill(name);
    for (const day of [1, 2, 3, 4, 5, 6]) await page.getByTestId(`weekday-${day}`).click(); // Monday to Friday are chosen at first
    await page.getByTestId('shift-holidays').click();
    const options = page.locator('.n-base-select-option');
    await options.filter({ hasText: other }).waitFor();
    await options.filter({ hasText: /节假日也值班|On all holidays too/ }).click();
    await page.getByTestId('shift-users').click();
    await options.filter({ hasText: '张伟' }).click();
    await page.keyboard.press('Escape');
    await page.getByTestId('shift-save').click();
    await page.getByTestId('shift-form').waitFor({ state: 'detached' });
    expect(await page.getByTestId('shift-row').filter({ hasText: name }).textContent()).toContain(said);
    expect(await page.getByTestId('week-mark').textContent()).toBe(mark);
    // Wednesday, which is the holiday, and Saturday.
    const bars = page.getByTestId('week-grid').locator('.bar').filter({ hasText: name });
    await expect.poll(() => bars.evaluateAll((all) => all.map((bar) => Math.floor(parseFloat((bar as HTMLElement).style.left) / (100 / 7))))).toEqual([2, 5]);
    await bars.first().click();
    expect(await page.getByTestId('shift-holidays').textContent()).toMatch(/节假日也值班|On all holidays too/);
  });
});
