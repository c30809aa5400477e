import type { Handover } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the handover after a storm', { timeout: 60_000 }, () => {
  const wall = wallForEach({ devices: 400 }, (hub) => {
    for (let index = 0; index < 3_000; index += 1) hub.raise(`storm-${index}`, index, 'minor', `垃圾桶满溢 ${index}`, `Bin ${index} is full`, { ruleId: 'default-bin-fill' });
    for (let index = 0; index < 12; index += 1) hub.raise(`fire-${index}`, 7 * index, 'critical', `垃圾桶高温 ${index}`, `Bin ${index} is on fire`, { ruleId: 'default-bin-heat' });
  });

  it.each([[390, 844, 'zh-CN'], [1366, 768, 'en'], [1920, 1080, 'zh-CN']] as const)('is a few screens at %i × %i (%s): critical ones by name, thousands as a line each that opens, and all of them counted', async (width, height, locale) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/handover`, locale, [width, height]);
    const unacked = page.getByTestId('handover-unacked');
    await unacked.waitFor();
    expect(await unacked.getByTestId('handover-row').first().textContent()).toMatch(/垃圾桶高温|on fire|强行开启|forced/);
    expect(await unacked.locator('h2').textContent()).toMatch(/3\s?\d\d\d$/);
    // A note on an alert that has cleared, which the console itself no longer has.
    expect(await page.getByTestId('handover-events').textContent()).toMatch(/北关噪声超标|Noise over the limit at Beiguan/);
    expect(await page.evaluate<number>('document.querySelector("#main").scrollHeight')).toBeLessThan(width < 500 ? 9_000 : 4_500);
    expect(await page.evaluate<number>('document.querySelector("#main").scrollWidth - document.querySelector("#main").clientWidth')).toBeLessThanOrEqual(1);
    const [rows, storm] = [unacked.getByTestId('handover-row'), unacked.getByTestId('handover-group').last()];
    const before = await rows.count();
    await storm.locator('button').click();
    await expect.poll(() => rows.count()).toBe(before + 10);
    await storm.locator('button').click();
    await expect.poll(() => rows.count()).toBe(before);
  });

  it('is whole on paper: every note, and every row that the report has, whatever is folded on the screen', async () => {
    const { hub, page } = wall;
    await page.route('**/alerts/handover?*', async (route) => {
      const report = await (await route.fetch()).json() as Handover;
      const [alert] = report.open;
      const alone = Array.from({ length: 36 }, (_, index) => ({ ruleId: `r-${index}`, area: 'fuan', severity: 'info' as const, count: 1, oldestAt: index, alerts: [{ ...alert!, id: `alone-${index}`, severity: 'info' as const }] })); // the fixture has open ones
      await route.fulfill({ json: { ...report, notes: Array.from({ length: 50 }, (_, index) => ({ alertId: alert?.id, at: report.from + index, by: 'li.na', note: `note ${index}.` })), groups: { ...report.groups, open: { total: 36, groups: alone } } } });
    });
    await showAt(page, `${hub.url}/operations/handover`, 'zh-CN', [1366, 768]);
    const [notes, rows] = [page.getByTestId('handover-events').locator('li').filter({ visible: true }), page.getByTestId('handover-open').getByTestId('handover-row').filter({ visible: true })];
    await notes.first().waitFor();
    expect([await notes.count(), await rows.count()]).toEqual([20, 30]);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByTestId('handover-events').getByText(/note \d+\./).filter({ visible: true }).count()).toBe(50);
    expect(await rows.count()).toBe(36);
    expect(await page.getByText(/更早的|没有列在这里/).filter({ visible: true }).count()).toBe(0);
  });

  it('asks once, for its own area and shift, and shows nothing before that is known', async () => {
    const { hub, page } = wall;
    const asked: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/alerts/handover?')) asked.push(new URL(request.url()).search); });
    // Areas come late, as from a busy hub.
    await page.route('**/api/v1/areas', async (route) => { await new Promise((done) => { setTimeout(done, 1_500); }); await route.continue(); });
    await showAt(page, `${hub.url}/operations/handover`, 'zh-CN', [1366, 768]);
    await page.getByText('正在读取').waitFor();
    await page.getByTestId('handover').waitFor();
    expect(await page.getByTestId('handover').locator('h2').first().textContent()).toContain('阜安街道');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('area=fuan-jie');
  });

  it.each([['zh-CN', /（统计到 \d\d:\d\d）/], ['en', /\(until \d\d:\d\d so far\)/]] as const)('is of the shift’s own hours, to the minute, also while that runs, and of no shift when another time is set (%s)', async (locale, soFar) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/handover`, locale, [1366, 768]);
    const [hours, chooser] = [page.getByTestId('handover-hours'), page.getByTestId('handover-shift')];
    const fields = async () => Promise.all(['range-from', 'range-to'].map((id) => page.getByTestId(id).locator('input').inputValue()));
    await hours.waitFor();
    await chooser.click();
    const options = page.locator('.n-base-select-option');
    await options.first().waitFor();
    const labels = await options.allTextContents();
    expect(labels.length).toBeGreaterThan(1);
    await page.keyboard.press('Escape');
    for (const label of labels.slice(0, 3)) {
      await chooser.click();
      await options.getByText(label, { exact: true }).click();
      const [from, to] = label.match(/\d\d:\d\d/g) ?? [];
      await expect.poll(async () => (await fields()).map((text) => text.slice(11))).toEqual([from, to]);
      await expect.poll(() => hours.textContent()).toContain(`${(await fields()).join(' – ')}`);
      expect((await hours.textContent())?.match(soFar) !== null).toBe(Date.parse(`${(await fields())[1]?.replace(' ', 'T')}:00+08:00`) > Date.now());
    }
    const to = page.getByTestId('range-to').locator('input');
    await to.fill((await to.inputValue()).replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)));
    await page.keyboard.press('Enter');
    await expect.poll(() => chooser.textContent()).toMatch(/选一个班次|Choose a shift/);
    expect(await hours.textContent()).not.toContain(' · ');
  });

  it('tells what ended without having recovered by itself', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/handover`, 'zh-CN', [1366, 768]);
    expect(await page.getByTestId('handover').locator('.lead').textContent()).toContain('另有 2 条因检修、设备移除或规则变动而结束，不算恢复。');
  });

  it.each([['shifts', 'zh-CN', /班次没有取到/], ['calendar', 'en', /Holidays could not be loaded/]] as const)('says that it has no %s (%s), offers to try again, and keeps the rest', async (what, locale, words) => {
    const { hub, page } = wall;
    await page.route(`**/api/v1/${what}`, (route) => route.fulfill({ status: 500, json: {} }));
    await showAt(page, `${hub.url}/operations/handover`, locale, [1366, 768]);
    await page.getByTestId('handover').waitFor();
    const [note, chooser] = [page.getByTestId(`handover-no-${what}`), page.getByTestId('handover-shift')];
    expect(await note.textContent()).toMatch(words);
    expect(await chooser.count()).toBe(what === 'shifts' ? 0 : 1);
    await page.unroute(`**/api/v1/${what}`);
    await note.locator('button').click();
    await note.waitFor({ state: 'detached' });
    await chooser.waitFor();
  });

  it('tells once how many alerts a list leaves out, though paper leaves out others', async () => {
    const { hub, page } = wall;
    await page.route('**/alerts/handover?*', async (route) => {
      const report = await (await route.fetch()).json() as Handover;
      const [alert] = report.open;
      const alone = Array.from({ length: 36 }, (_, index) => ({ ruleId: `r-${index}`, area: 'fuan', severity: 'info' as const, count: 1, oldestAt: index, alerts: [{ ...alert!, id: `alone-${index}` }] })); // the fixture has open ones
      await route.fulfill({ json: { ...report, groups: { ...report.groups, open: { total: 50, groups: alone } } } });
    });
    await showAt(page, `${hub.url}/operations/handover`, 'en', [1366, 768]);
    const list = page.getByTestId('handover-open');
    await list.waitFor();
    expect(await list.getByTestId('handover-left').allTextContents()).toEqual([expect.stringContaining('20')]);
    expect(await list.getByTestId('handover-unlisted').allTextContents()).toEqual([expect.stringContaining('14')]);
    expect(await list.getByTestId('handover-unlisted').isVisible()).toBe(false);
  });
});
