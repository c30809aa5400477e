import { SILENCE_GROUP, aqiOf, type Device } from '@liandong/protocols';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatClock } from '../../src/format/time.js';
import { RETURNED_LIMIT } from '../../src/stores/alerts.js';
import { startFixtureHub } from '../support/fixture-hub.js';
import { canDrive, launchBrowser, openContext, openSignedIn, openWall, showAt, wallForEach } from '../support/open-wall.js';

/** The built console against the fixture hub; without a browser or a build there is nothing to drive. */
describe.skipIf(!canDrive)('the wall by keyboard alone', { timeout: 60_000 }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let hub: Awaited<ReturnType<typeof startFixtureHub>>;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    context = await openContext(browser);
  });
  afterAll(() => browser?.close());
  // Each has a hub of its own, as most change its alerts.
  beforeEach(async () => {
    hub = await startFixtureHub();
    page = await openSignedIn(context, hub);
    await page.goto(hub.url);
    await page.getByTestId('alert-card').first().waitFor();
  });
  afterEach(async () => { await page.close(); await hub.stop(); });

  const alert = (id: string) => hub.alerts.get(id);
  const current = () => page.locator('[data-testid=alert-card][data-current=true]').getAttribute('data-alert-id');
  const press = async (...keys: string[]) => { for (const key of keys) await page.keyboard.press(key); };
  const until = (read: () => unknown) => expect.poll(read, { timeout: 15_000 });

  it('acknowledges the most urgent one and goes on to the next, which has the focus', async () => {
    expect(await current()).toBe('a-gate');
    await press('a');
    await until(() => alert('a-gate')?.ackedBy).toBe('admin');
    await until(current).toBe('a-gateway');
    await until(() => page.evaluate<string | null>('document.activeElement.getAttribute("data-alert-id")')).toBe('a-gateway');
  });
  it('goes on by keyboard after a click on the sound', async () => {
    await page.getByTestId('sound-toggle').click();
    await press('j');
    await until(current).toBe('a-gateway');
    expect(await page.getByTestId('sound-toggle').getAttribute('data-state')).toBe('on');
    await page.getByTestId('sound-toggle').press('Enter');
    await until(() => page.getByTestId('sound-toggle').getAttribute('data-state')).toBe('muted');
  });
  it('asks the hub nothing again every second', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.waitForTimeout(4_500);
    expect(asked.filter((url) => url.includes('/api/')).length).toBeLessThan(8); // whatever is looked at every few minutes may just be due
  });
  it('shelves with a reason, counts it apart and finds it again', async () => {
    await press('j', 's');
    await page.getByTestId('shelve-dialog').waitFor();
    await press('ArrowRight', 'Enter');
    await page.getByText('请写明搁置的原因').waitFor();
    await page.keyboard.type('ajsd 换传感器');
    await press('Enter');
    await until(() => alert('a-gateway')?.shelveReason).toBe('ajsd 换传感器');
    expect(alert('a-gateway')?.shelvedUntil ?? 0).toBeGreaterThan(Date.now() + 3_500_000);
    await until(() => page.getByTestId('queue-view-shelved').textContent()).toContain('2');
    await until(() => page.locator('[data-alert-id=a-gateway]').count()).toBe(0);
  });
  it('assigns to whoever is on duty for the alert’s tier with Enter, and leaves a dialog with Escape', async () => {
    await press('j', 'd');
    await page.locator('[data-testid="assign-li.na"]:focus').waitFor();
    await press('Escape');
    await page.getByTestId('assign-dialog').waitFor({ state: 'detached' });
    expect(alert('a-gateway')?.assignee).toBeUndefined();
    await press('d');
    await page.locator('[data-testid="assign-li.na"]:focus').waitFor();
    await press('Enter');
    await until(() => alert('a-gateway')?.assignee).toBe('li.na');
  });
  it('says within the dialog, where it can be read, that the hub knows nobody of that name, and marks nobody else meanwhile', async () => {
    await page.route('**/api/v1/alerts/*/assign', (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: '', status: 404, code: 'USER_NOT_FOUND', detail: 'There is no user nobody.', detailZh: '没有用户 nobody。' }) }));
    await press('j', 'd');
    const suggested = page.getByTestId('assign-li.na');
    await until(() => suggested.isChecked()).toBe(true);
    await page.getByTestId('assign-name').fill('nobody');
    expect(await suggested.isChecked()).toBe(false);
    await press('Enter');
    await page.getByTestId('dialog').getByTestId('notices').getByText('没有用户 nobody。').waitFor();
    await page.getByTestId('assign-name').fill('');
    expect(await suggested.isChecked()).toBe(true);
    await press('Escape');
    await page.getByTestId('dialog').waitFor({ state: 'detached' });
    expect(await page.getByTestId('notices').count()).toBe(1);
  });
  it('escalates by hand, and says that a city alert can’t go higher', async () => {
    await press('e');
    await page.getByTestId('escalate-dialog').waitFor();
    await page.keyboard.type('需要街道支援');
    await press('Enter');
    await until(() => alert('a-gate')?.tier).toBe('subdistrict');
    await page.locator('[data-alert-id=a-noise]').focus();
    await press('e');
    await page.getByText('已在最高层级').waitFor();
  });
  it('picks several and acknowledges them together, and asks first when a critical one is among them', async () => {
    await press('j', 'x', 'j', 'x');
    await page.getByTestId('ack-picked').waitFor();
    await press('Shift+A');
    await until(() => [alert('a-gateway')?.acked, alert('a-bin')?.acked]).toEqual([true, true]);
    await press('Shift+X', 'a');
    await page.getByTestId('bulk-dialog').waitFor();
    expect(alert('a-gate')?.acked).toBe(false);
    await press('Enter');
    await until(() => alert('a-gate')?.acked).toBe(true);
    await until(() => page.getByTestId('open-alert-count').textContent()).toBe('0');
  });
  it('keeps what was picked when the acknowledgement didn’t get through, so that trying again is one key', async () => {
    await page.route('**/api/v1/alerts/ack', (route) => route.abort());
    await press('j', 'x', 'j', 'x');
    await page.getByTestId('ack-picked').waitFor();
    const failed = page.waitForEvent('requestfailed');
    await press('Shift+A');
    await failed;
    await page.unroute('**/api/v1/alerts/ack');
    await until(() => page.getByText('已选 2 条').count()).toBe(1);
    await press('Shift+A');
    await until(() => [alert('a-gateway')?.acked, alert('a-bin')?.acked]).toEqual([true, true]);
  });
  it('shows the figure at the end of a long message in the table of all alerts on a screen of 1366 px', async () => {
    await page.setViewportSize({ width: 1366, height: 768 });
    hub.raise('long', 3, 'major', '常州路便民店旁第二个垃圾桶 满溢度 96 %，达到 95 %', 'Bin by Changzhou Road is 96 % full (limit 95 %)');
    await page.goto(`${hub.url}/alerts`);
    await page.locator('[data-alert-id=long] .title').waitFor();
    // A line that is left out is some 20 px.
    expect(await page.evaluate<number>('(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector("[data-alert-id=long] .title"))')).toBeLessThan(5);
    // Nor is it cut at the right.
    expect(await page.evaluate<number>('((title) => title.getBoundingClientRect().right - title.closest("td").getBoundingClientRect().right)(document.querySelector("[data-alert-id=long] .title"))')).toBeLessThanOrEqual(0);
  });
  it('says how good the air is in the newest whole hour, where it is worst, and who is on duty until when', async () => {
    await until(() => page.getByTestId('aqi').textContent()).toMatch(/^\d+$/);
    expect(Number(await page.getByTestId('aqi').textContent())).toBe(aqiOf({ pm2_5: 46.5, pm10: 69.5, o3: 86.5 })?.aqi);
    const air = await page.getByTestId('air').textContent();
    expect(air).toMatch(/HJ 633-2026 · \d\d:00–\d\d:00/);
    expect(air).toMatch(/良首要污染物 细颗粒物 PM2.5最高 营海 \d+ · 最低 北关 \d+/);
    expect(await page.getByTestId('shift-now').textContent()).toMatch(/^街道.班值守至 (\d\d-\d\d )?\d\d:00.+$/);
  });
  it.each([1366, 1280])('stands still between the press on a card that is not the current one and the release (%i px)', async (width) => {
    await page.setViewportSize({ width, height: 768 });
    await page.reload();
    await page.getByTestId('alert-card').first().waitFor();
    await until(current).toBe('a-gate');
    const button = page.locator('[data-alert-id=a-gateway]').getByTestId('alert-ack');
    await button.scrollIntoViewIfNeeded();
    const [{ x, y, width: w, height: h }] = [await button.boundingBox() ?? { x: 0, y: 0, width: 0, height: 0 }];
    await page.mouse.move(x + w / 2, y + h / 2);
    await page.mouse.down();
    expect(await button.boundingBox()).toEqual({ x, y, width: w, height: h });
    await page.mouse.up();
    await until(() => alert('a-gateway')?.acked).toBe(true);
    expect(alert('a-gate')?.acked).toBe(false);
  });
  it('says how many devices raise nothing, as they are under maintenance, and until when', async () => {
    const { data } = await (await page.request.get(`${hub.url}/api/v1/devices?limit=1000`)).json() as { data: Device[] };
    const silent = data.filter(({ area, status }) => status !== 'retired' && area.startsWith('beiguan')).length;
    await until(() => page.getByTestId('out-of-service').textContent()).toMatch(new RegExp(`^${silent} 台检修中，不产生告警 · 至 (\\d\\d-\\d\\d )?\\d\\d:\\d\\d$`));
  });
  it('opens the alert’s page, where the same keys work, and what a person writes is in its timeline', async () => {
    await press('j', 'j', 'Enter');
    await page.getByTestId('alert-detail').waitFor();
    await until(() => page.getByTestId('alert-chart').getAttribute('data-marks')).toBe('1');
    await press('c');
    await page.getByTestId('comment-dialog').waitFor();
    await page.keyboard.type('aaa 已联系保洁');
    await press('Enter');
    await until(() => page.getByTestId('alert-timeline').textContent()).toContain('aaa 已联系保洁');
    expect(alert('a-bin')?.acked).toBe(false);
    await press('a');
    await until(() => page.getByTestId('alert-state').textContent()).toContain('已确认');
  });
  it('asks nobody to acknowledge what ended with a maintenance window; the list has it, and its page says why it ended', async () => {
    const returned = await page.getByTestId('returned-count').allTextContents();
    hub.end('a-gate', 'out-of-service', 'maintenance: 换闸机');
    await until(() => page.locator('[data-alert-id=a-gate]').count()).toBe(0);
    expect(await page.getByTestId('returned-count').allTextContents()).toEqual(returned);
    await until(() => page.locator('section.feed').textContent()).toContain('结束（设备检修、未投用或已停用）');
    await page.reload();
    await page.getByTestId('alert-card').first().waitFor();
    await until(() => page.locator('section.feed').textContent()).toContain('结束（设备检修、未投用或已停用）');
    expect(await page.locator('[data-testid=alert-card][data-alert-id=a-gate]').count()).toBe(0);
    await page.goto(`${hub.url}/alerts?active=false&acked=false`);
    await until(() => page.locator('[data-alert-id=a-gate]').textContent()).toContain('已结束 · 未确认');
    for (const [locale, state, note] of [['zh-CN', '已结束 · 设备检修、未投用或已停用 · 未确认', '检修：换闸机'], ['en', 'Ended · the device is out of service · Unacknowledged', 'Maintenance: 换闸机']] as const) {
      await showAt(page, `${hub.url}/alerts/a-gate`, locale, [1600, 900]);
      await until(() => page.getByTestId('alert-state').textContent()).toBe(state);
      await until(() => page.getByTestId('alert-timeline').textContent()).toContain(note);
    }
  });
  it('names the rule behind an alert, with a link; after it was deleted too; and what the hub raises by itself', async () => {
    for (const [id, ruleId] of [['r-live', 'default-battery'], ['r-gone', 'default-bin-fill'], ['r-own', SILENCE_GROUP]] as const) hub.raise(id, 3, 'minor', '水位过高', 'Water is high', { ruleId });
    await page.evaluate(`fetch('/api/v1/rules/default-bin-fill', { method: 'DELETE' })`);
    const rule = async (id: string) => { await page.goto(`${hub.url}/alerts/${id}`); await page.getByTestId('alert-rule').waitFor(); return page.getByTestId('alert-rule'); };
    expect(await (await rule('r-live')).getByRole('link').getAttribute('href')).toBe('/operations/rules/default-battery');
    const gone = await rule('r-gone');
    expect([await gone.getAttribute('data-state'), await gone.textContent(), await gone.getByRole('link').count()]).toEqual(['gone', expect.stringMatching(/满溢.*规则已删除/), 0]);
    const own = await rule('r-own');
    expect([await own.textContent(), await own.getByRole('link').count()]).toEqual([expect.stringContaining('多台设备同时失联'), 0]);
  });
  it('says who was faster when somebody else has acknowledged it in the same moment', async () => {
    await page.route('**/api/v1/alerts/a-gate/ack', async (route) => { hub.ackBy('a-gate', 'li.na'); await route.continue(); });
    await press('a');
    await page.getByText('李娜 已先确认').waitFor();
    expect(alert('a-gate')?.ackedBy).toBe('li.na');
  });
  it('notifies only after the switch, once per alert, closes it with the acknowledgement, and says nothing again after a reload', async () => {
    // Stands in for the desktop: a headless browser has none.
    await page.addInitScript(`window.notes = []; window.Notification = class { static permission = 'granted'; static requestPermission = async () => 'granted'; constructor(title, options) { this.tag = options.tag; window.notes.push('show ' + options.tag); } close() { window.notes.push('close ' + this.tag); } };`);
    const notes = () => page.evaluate<string[]>('window.notes');
    await page.reload();
    await page.getByTestId('alert-card').first().waitFor();
    hub.raise('n-before', 3, 'major', '水位过高', 'Water is high');
    await page.locator('[data-alert-id=n-before]').waitFor();
    await page.getByTestId('notify-toggle').click();
    await until(() => page.getByTestId('notify-toggle').getAttribute('data-state')).toBe('on');
    hub.raise('n-one', 3, 'major', '水位过高', 'Water is high');
    await until(notes).toEqual(['show n-one']);
    hub.ackBy('n-one', 'li.na');
    await until(notes).toEqual(['show n-one', 'close n-one']);
    hub.raise('n-two', 3, 'major', '水位过高', 'Water is high');
    await until(notes).toContain('show n-two');
    await page.reload();
    await page.getByTestId('alert-card').first().waitFor();
    hub.raise('n-three', 3, 'major', '水位过高', 'Water is high');
    await until(notes).toEqual(['show n-three']);
  });
});

describe.skipIf(!canDrive)('the wall on narrower screens', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  const until = (read: () => unknown) => expect.poll(read, { timeout: 15_000 });

  it.each([1920, 1600, 1366, 1024, 960, 950, 901].flatMap((width) => [[width, 'zh-CN'], [width, 'en']] as const))('has the whole header on a screen of %i px in %s, also while the sound is off', async (width, locale) => {
    const { hub, page } = wall;
    await showAt(page, hub.url, locale, [width, 800]);
    await page.locator('[data-testid=sound-toggle][data-state=locked]').waitFor();
    await page.getByTestId('alert-card').first().waitFor();
    expect(await page.evaluate<number>('document.querySelector("header.header").scrollWidth - document.querySelector("header.header").clientWidth')).toBe(0);
    // The place's name is whole, once it is known that all parts are well.
    await until(() => page.evaluate<number>('(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector("header.header h1 .clip"))')).toBe(0);
    expect(await page.evaluate<number>('document.querySelector("header.header").scrollWidth - document.querySelector("header.header").clientWidth')).toBe(0);
  });
  it.each([1366, 1280, 1100, 1024, 901])('keeps the tiers off the names of the map, and the buttons inside their card, on an English screen of %i px', async (width) => {
    const { hub, page } = wall;
    await showAt(page, hub.url, 'en', [width, 900]);
    await page.getByTestId('alert-card').first().waitFor();
    await page.locator('svg text.name').first().waitFor();
    const chips = await page.locator('.map .tiers').boundingBox();
    const names = await Promise.all((await page.locator('svg text.name').all()).map((name) => name.boundingBox()));
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => name!.y < chips!.y + chips!.height)).toEqual([]); // drawn just above
    expect(await page.evaluate<number>('Math.max(...[...document.querySelectorAll("[data-testid=alert-card]")].map((card) => card.scrollWidth - card.clientWidth))')).toBe(0);
  });
  it.each([[1920, 'zh-CN'], [1366, 'zh-CN'], [1366, 'en'], [901, 'en']] as const)('says that more cleared with nobody looking than it lists, and keeps the foot of the list on a screen of %i px in %s', async (width, locale) => {
    const { hub, page } = wall;
    for (let index = 0; index < RETURNED_LIMIT + 5; index += 1) hub.raise(`gone-${index}`, index, 'major', '水位过高', 'Water is high', { active: false, clearedAt: Date.now() });
    await showAt(page, hub.url, locale, [width, 800]);
    await until(() => page.getByTestId('returned-count').textContent()).toContain('200+');
    await page.locator('.foot a[href*="acked=false"]').waitFor();
    expect(await page.evaluate<string[]>('[...document.querySelectorAll(".foot a")].filter((link) => link.getBoundingClientRect().right > link.closest(".panel").getBoundingClientRect().right).map((link) => link.textContent)')).toEqual([]);
  });
});

describe.skipIf(!canDrive)('a computer whose clock is wrong', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(() => browser?.close());
  it.each([['an hour behind', -3_600_000], ['an hour ahead', 3_600_000], ['years behind', -100_000_000_000]])('%s: the wall goes by the hub\'s clock from its first picture on, before the first heartbeat', async (_what, clockOffMs) => {
    const hub = await startFixtureHub();
    hub.mute(true);
    const page = await openWall(browser, hub, { clockOffMs });
    const gate = page.locator('[data-alert-id=a-gate]');
    expect(await page.evaluate<number>('Date.now()') - Date.now()).toSatisfy((off: number) => Math.abs(off - clockOffMs) < 5_000); // the computer's clock is wrong indeed
    expect(await gate.locator('time').textContent()).toMatch(/^0[01]:\d\d$/);
    expect(await gate.textContent()).toMatch(/(1分)?\d+秒后升至街道/);
    await expect.poll(async () => (await page.locator('header time.clock').textContent())?.includes(formatClock(Date.now()).slice(0, 5)), { timeout: 15_000 }).toBe(true);
    await page.context().close();
    await hub.stop();
  });
});

describe.skipIf(!canDrive)('a report on paper', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  /** At the width of an A4 page between its margins: what is shown, what reaches past the side, and how dark the words are on what ground. */
  const PAPER = { width: 688, height: 1000 };
  it.each([['handover', 'handover', 'zh-CN'], ['handover', 'handover', 'en'], ['kpi', 'kpi-figures', 'zh-CN'], ['kpi', 'kpi-figures', 'en']])('%s (%s, %s) is without navigation, black on white also from the dark screen, and not cut off', async (path, testId, locale) => {
    const { hub, page } = wall;
    await page.evaluate(`localStorage.setItem('liandong.locale', '${locale}'); localStorage.setItem('liandong.theme', 'dark')`);
    await page.goto(`${hub.url}/operations/${path}`);
    await page.getByTestId(testId).waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize(PAPER);
    expect(await page.evaluate<number>('[...document.querySelectorAll("nav, .header, .page-head, button")].filter((part) => part.checkVisibility()).length')).toBe(0);
    expect(await page.evaluate<string[]>('[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]')).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PAPER.width);
    expect(await page.evaluate<string[]>('[...document.querySelectorAll("td, .panel")].filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent)')).toEqual([]);
    expect((await page.pdf({ preferCSSPageSize: true })).subarray(0, 5).toString()).toBe('%PDF-');
  });
});
