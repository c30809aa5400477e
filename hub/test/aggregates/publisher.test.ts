import { WINDOW_MS } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CITY, DAY, HOUR, MIDNIGHT, MINUTE, openRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const QUARTER = WINDOW_MS['15m'];
let rig: Rig;
beforeEach(async () => { rig = await openRig(); });
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});

/** One value a minute for a quarter hour. */
function sayQuarter(device: string, start = MIDNIGHT, value = 20): void {
  for (let minute = 0; minute < 15; minute += 1) rig.say(device, start + minute * MINUTE, { temperature: value });
}
const quarter = async (area: string, start = MIDNIGHT) => (await rig.all({ area, window: '15m', metric: 'temperature' })).find((row) => row.start === start);

describeOnDatabases('a window', () => {
  it('is published when it has ended and a minute has passed, at every level, and not before', async () => {
    await rig.addDevice('a', 'rose-1');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + QUARTER + MINUTE - 1;
    rig.fill();
    await rig.read();
    await rig.parts.publisher.run();
    expect(await rig.all()).toEqual([]);
    rig.clock.at += 1;
    await rig.parts.publisher.run();
    const rows = await rig.all();
    expect(rows.map(({ area }) => area).sort()).toEqual(['city', 'east', 'rose', 'rose-1']);
    for (const row of rows) {
      expect(row).toEqual({
        area: row.area, metric: 'temperature', unit: 'Cel', window: '15m', start: MIDNIGHT, end: MIDNIGHT + QUARTER, count: 15, mean: 20, min: 20, max: 20, last: 20, devices: 1, coverage: 1, revision: 1,
      });
    }
    expect((await rig.ask()).watermark).toBe(MIDNIGHT + QUARTER);
  });

  it('without a value has no row, and the watermark passes it all the same', async () => {
    await rig.addDevice('a', 'rose');
    rig.clock.at = MIDNIGHT + 3 * HOUR;
    await rig.settle();
    expect(await rig.ask()).toMatchObject({ data: [], watermark: MIDNIGHT + 3 * HOUR });
  });

  it('comes again with a higher revision when late data changes it, and only it', async () => {
    await rig.addDevice('a', 'rose');
    await rig.addDevice('b', 'pine');
    sayQuarter('a');
    sayQuarter('b');
    rig.clock.at = MIDNIGHT + 2 * QUARTER;
    await rig.settle();
    const { next } = await rig.pull();
    expect((await rig.pull({ since: next })).rows).toEqual([]);
    rig.say('a', MIDNIGHT + 30_000, { temperature: 80 });
    await rig.settle();
    const { rows } = await rig.pull({ since: next });
    expect(rows.map(({ area, revision, count, max }) => [area, revision, count, max]).sort()).toEqual([['city', 2, 31, 80], ['east', 2, 16, 80], ['rose', 2, 16, 80]]);
  });

  it('stays as it is when the same values are sent again', async () => {
    await rig.addDevice('a', 'rose');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + QUARTER;
    await rig.settle();
    const { next } = await rig.pull();
    sayQuarter('a');
    rig.clock.at += 5 * MINUTE;
    await rig.settle();
    expect((await rig.pull({ since: next })).rows).toEqual([]);
    expect(new Set((await rig.db.selectFrom('aggregate_dirty').select('stage').execute()).map(({ stage }) => stage))).toEqual(new Set([3])); // the open hour
  });

  it('takes a replaced value in the place of the first, not beside it', async () => {
    await rig.addDevice('a', 'rose');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + QUARTER;
    await rig.settle();
    rig.say('a', MIDNIGHT, { temperature: 35 });
    await rig.settle();
    expect(await quarter('rose')).toMatchObject({ count: 15, mean: 21, max: 35, revision: 2 });
  });

  it('begins with the day at midnight UTC+8, and a value at the edge belongs to the later one', async () => {
    await rig.addDevice('a', 'rose', { createdAt: MIDNIGHT - 2 * DAY });
    rig.say('a', MIDNIGHT - 1, { temperature: 1 });
    rig.say('a', MIDNIGHT, { temperature: 2 });
    rig.say('a', MIDNIGHT + DAY - 1, { temperature: 3 });
    rig.say('a', MIDNIGHT + DAY, { temperature: 4 });
    rig.clock.at = MIDNIGHT + 3 * DAY;
    await rig.settle();
    const days = (await rig.all({ area: 'rose', window: '1d' })).sort((a, b) => a.start - b.start);
    expect(days.map(({ start, end, count, min, max, last }) => [start, end, count, min, max, last])).toEqual([
      [MIDNIGHT - DAY, MIDNIGHT, 1, 1, 1, 1], [MIDNIGHT, MIDNIGHT + DAY, 2, 2, 3, 3], [MIDNIGHT + DAY, MIDNIGHT + 2 * DAY, 1, 4, 4, 4],
    ]);
  });

  it('of an hour or a day waits for its end, counts each device once, and is restated when a quarter changes', async () => {
    for (const id of ['a', 'b']) await rig.addDevice(id, 'rose-1', { intervalS: 900 });
    for (let part = 0; part < 4; part += 1) rig.say(part % 2 === 0 ? 'a' : 'b', MIDNIGHT + part * QUARTER, { temperature: part });
    rig.clock.at = MIDNIGHT + 50 * MINUTE;
    await rig.settle();
    expect(await rig.all({ window: '1h' })).toEqual([]);
    rig.clock.at = MIDNIGHT + HOUR;
    await rig.settle();
    for (const area of ['rose-1', 'rose', 'east', 'city']) expect((await rig.all({ area, window: '1h' }))[0]).toMatchObject({ count: 4, devices: 2, mean: 1.5, last: 3, revision: 1 });
    rig.clock.at = MIDNIGHT + DAY;
    await rig.settle();
    expect(await rig.all({ window: '1d', area: 'city' })).toMatchObject([{ count: 4, devices: 2, revision: 1 }]);
    rig.say('a', MIDNIGHT + QUARTER, { temperature: 9 });
    await rig.settle();
    for (const window of ['1h', '1d'] as const) expect(await rig.all({ window, area: 'city' })).toMatchObject([{ count: 5, max: 9, devices: 2, revision: 2 }]);
  });
});

describeOnDatabases('coverage', () => {
  it('is what was received of what was expected, of devices that existed and had begun to report the metric', async () => {
    await rig.addDevice('a', 'rose');
    await rig.addDevice('mute', 'rose');
    sayQuarter('a');
    for (let minute = 0; minute < 15; minute += 3) rig.say('a', MIDNIGHT + minute * MINUTE, { humidity: 40 });
    rig.clock.at = MIDNIGHT + 5 * MINUTE;
    await rig.addDevice('young', 'rose');
    rig.say('young', rig.clock.at, { temperature: 20 });
    rig.clock.at = MIDNIGHT + QUARTER;
    await rig.settle();
    const rows = await rig.all({ area: 'rose', window: '15m' });
    expect(rows.find(({ metric }) => metric === 'temperature')).toMatchObject({ devices: 2, count: 16, coverage: 16 / 25 });
    expect(rows.find(({ metric }) => metric === 'humidity')).toMatchObject({ devices: 1, count: 5, coverage: 5 / 15 });
  });

  it('never exceeds 1, counts silence of others in the area, and ends with the device', async () => {
    await rig.addDevice('a', 'rose');
    await rig.addDevice('b', 'lily');
    for (const id of ['a', 'b']) sayQuarter(id);
    for (let second = 0; second < 60; second += 2) rig.say('a', MIDNIGHT + second * 1000 + 1, { temperature: 20 });
    sayQuarter('a', MIDNIGHT + QUARTER);
    sayQuarter('a', MIDNIGHT + 2 * QUARTER);
    rig.clock.at = MIDNIGHT + 2 * QUARTER;
    rig.place('b', 'lily', { status: 'retired' });
    rig.clock.at = MIDNIGHT + 3 * QUARTER;
    await rig.settle();
    expect([(await quarter('east'))?.coverage, (await quarter('east', MIDNIGHT + QUARTER))?.coverage, (await quarter('east', MIDNIGHT + 2 * QUARTER))?.coverage]).toEqual([1, 0.5, 1]);
  });

  it('of windows that are published goes down when a device turns out to have reported before them', async () => {
    for (const id of ['a', 'b']) await rig.addDevice(id, 'rose');
    for (let part = 0; part < 4; part += 1) sayQuarter('a', MIDNIGHT + part * QUARTER);
    sayQuarter('b', MIDNIGHT + 3 * QUARTER);
    rig.clock.at = MIDNIGHT + HOUR;
    await rig.settle();
    expect(await quarter('rose', MIDNIGHT + QUARTER)).toMatchObject({ coverage: 1, revision: 1 });
    sayQuarter('b', MIDNIGHT);
    await rig.settle();
    expect(await quarter('rose', MIDNIGHT)).toMatchObject({ coverage: 1, devices: 2, revision: 2 });
    expect(await quarter('rose', MIDNIGHT + QUARTER)).toMatchObject({ coverage: 0.5, devices: 1, revision: 2 });
  });
});

describeOnDatabases('a device that moves', () => {
  it('counts at its new place from the next quarter hour on, and late data where it stood then', async () => {
    await rig.addDevice('a', 'rose');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + 5 * MINUTE;
    rig.place('a', 'pine');
    sayQuarter('a', MIDNIGHT + QUARTER, 30);
    rig.clock.at = MIDNIGHT + HOUR;
    await rig.settle();
    await rig.restart();
    rig.say('a', MIDNIGHT + 1, { temperature: 50 });
    await rig.settle();
    expect(await quarter('rose')).toMatchObject({ count: 16, max: 50, revision: 2 });
    expect(await quarter('pine')).toBeUndefined();
    expect(await quarter('pine', MIDNIGHT + QUARTER)).toMatchObject({ count: 15, mean: 30, coverage: 1 });
    expect((await rig.all({ area: 'city', window: '1h' }))[0]).toMatchObject({ devices: 1, count: 31 });
  });

  it('takes what it said ahead of time along', async () => {
    await rig.addDevice('a', 'rose');
    rig.clock.at = MIDNIGHT + 14 * MINUTE;
    rig.say('a', MIDNIGHT + 15 * MINUTE, { temperature: 1 });
    rig.fill();
    await rig.read();
    rig.place('a', 'pine');
    rig.clock.at = MIDNIGHT + 2 * QUARTER;
    await rig.settle();
    expect(await quarter('pine', MIDNIGHT + QUARTER)).toMatchObject({ count: 1 });
    expect(await quarter('rose', MIDNIGHT + QUARTER)).toBeUndefined();
  });
});

describeOnDatabases('the watermark', () => {
  it('waits for the reader to have seen everything that was received by then', async () => {
    await rig.addDevice('a', 'rose');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + QUARTER + MINUTE;
    await rig.parts.publisher.run();
    expect((await rig.ask()).watermark).toBe(MIDNIGHT - QUARTER);
    rig.fill();
    await rig.read();
    rig.say('a', rig.clock.at, { temperature: 1 });
    await rig.parts.publisher.run();
    expect((await rig.ask()).watermark).toBe(MIDNIGHT + QUARTER);
    expect(await quarter('rose')).toMatchObject({ count: 15 });
  });

  it('waits for a store that is down, publishes nothing meanwhile, and goes on where it stood', async () => {
    await rig.addDevice('a', 'rose');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + QUARTER + MINUTE;
    rig.fill();
    await rig.read();
    rig.store.mind.isDown = true;
    await expect(rig.parts.publisher.run()).rejects.toThrow('the store is down');
    expect(await rig.ask()).toMatchObject({ data: [], watermark: MIDNIGHT - QUARTER });
    rig.store.mind.isDown = false;
    await rig.parts.publisher.run();
    expect((await rig.ask()).watermark).toBe(MIDNIGHT + QUARTER);
  });

  it('follows the clock back, and late windows are still published', async () => {
    rig.clock.at = MIDNIGHT + 10 * DAY;
    await rig.settle();
    rig.clock.at = MIDNIGHT + HOUR;
    await rig.addDevice('a', 'rose', { createdAt: MIDNIGHT });
    sayQuarter('a');
    await rig.settle();
    expect((await rig.ask()).watermark).toBe(MIDNIGHT + HOUR);
    expect(await quarter('rose')).toMatchObject({ count: 15 });
  });
});

describeOnDatabases('a window that began before telemetry is kept', () => {
  it('stays as it was published: of what it was made of some may be gone', async () => {
    await rig.addDevice('a', 'rose', { createdAt: MIDNIGHT - DAY });
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + QUARTER;
    await rig.settle();
    rig.clock.at = MIDNIGHT + 61 * DAY;
    for (const { points } of rig.store.values.values()) points.clear();
    rig.say('a', MIDNIGHT + 1, { temperature: 99 });
    await rig.settle();
    expect(await quarter('rose')).toMatchObject({ count: 15, max: 20, revision: 1 });
    expect(await rig.parts.dirtyWindows()).toBe(0);
  });
});

describeOnDatabases('what is past its retention', () => {
  it('is dropped once a day, by the length of its window, and a puller that never saw it is told', async () => {
    await rig.addDevice('a', 'rose');
    sayQuarter('a');
    rig.clock.at = MIDNIGHT + HOUR;
    await rig.settle();
    const [slow, quick] = [await rig.ask({ limit: 1 }), await rig.pull()];
    rig.clock.at = MIDNIGHT + 94 * DAY;
    await rig.settle();
    expect(new Set((await rig.all()).map(({ window }) => window))).toEqual(new Set(['1h', '1d']));
    await expect(rig.ask({ since: slow.next })).rejects.toMatchObject({ code: 'CURSOR_INVALID', detail: expect.stringContaining('too old') as string });
    expect((await rig.pull({ since: quick.next })).rows.map(({ window }) => window)).toEqual(['1d', '1d', '1d']);
  });
});

describeOnDatabases('what is asked', () => {
  beforeEach(async () => {
    for (const [id, area] of [['a', 'rose-1'], ['b', 'pine']] as const) await rig.addDevice(id, area);
    for (let part = 0; part < 4; part += 1) for (const id of ['a', 'b']) sayQuarter(id, MIDNIGHT + part * QUARTER);
    rig.clock.at = MIDNIGHT + HOUR;
    await rig.settle();
  });

  it('may be limited to an area, a level, a metric, a window and a time, along either way through the table', async () => {
    expect((await rig.all({ level: 'subdistrict', window: '15m' })).map(({ area }) => area).sort()).toEqual([...Array<string>(4).fill('east'), ...Array<string>(4).fill('west')]);
    const range = { from: MIDNIGHT + QUARTER, to: MIDNIGHT + 3 * QUARTER };
    const narrow = await rig.all({ area: 'rose', window: '15m', metric: 'temperature', ...range });
    expect(narrow.map(({ start }) => start)).toEqual([MIDNIGHT + QUARTER, MIDNIGHT + 2 * QUARTER]);
    expect((await rig.all({ area: 'rose', ...range })).filter(({ window }) => window === '15m')).toEqual(narrow);
    expect(await rig.all({ area: 'rose', window: '15m', limit: 1, ...range })).toEqual(narrow);
    expect(await rig.all({ area: 'rose', level: 'city' })).toEqual([]);
    expect(await rig.all({ metric: 'co2' })).toEqual([]);
    expect(await rig.all({ window: '1h', limit: 2 })).toHaveLength(6);
    await expect(rig.ask({ from: 5, to: 5 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults: [{ path: '/from', keyword: 'maximum', limit: 4 }] });
  });

  it('begins near the time that is asked for, not at the first number there is', async () => {
    rig.clock.at = MIDNIGHT + 2 * HOUR;
    sayQuarter('a', MIDNIGHT + HOUR);
    await rig.settle();
    const whole = await rig.all({ from: MIDNIGHT + HOUR });
    expect(whole.map(({ start }) => start)).toEqual(Array(8).fill(MIDNIGHT + HOUR));
    const marks = await rig.db.selectFrom('aggregate_mark').selectAll().where('watermark', '<=', MIDNIGHT + HOUR).orderBy('watermark', 'desc').execute();
    expect(marks[0]?.change_no).toBeGreaterThan(0);
  });

  it('is answered within the area of who asks', async () => {
    const west = { ...CITY, area: 'west' };
    expect(new Set((await rig.parts.service.open(west, {}).then((open) => open.read())).data.map(({ area }) => area))).toEqual(new Set(['west', 'pine']));
    await expect(rig.parts.service.open(west, { area: 'rose' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    expect((await rig.parts.service.areas(west)).data.map(({ area }) => area)).toEqual(['west', 'pine']);
    await expect(rig.parts.service.open({ ...CITY, role: 'grid_worker' }, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is listed with its metrics and how fresh it is', async () => {
    const { data, watermark } = await rig.parts.service.areas(CITY);
    expect(watermark).toBe(MIDNIGHT + HOUR);
    expect(data.find(({ area }) => area === 'city')).toEqual({ area: 'city', level: 'city', name: '市', metrics: ['temperature'], devices: 2, online: 2, lastDataAt: MIDNIGHT });
    expect(data.find(({ area }) => area === 'lily')).toEqual({ area: 'lily', level: 'community', parent: 'east', name: '百合', metrics: [], devices: 0, online: 0 });
  });

  it('refuses a cursor that is forged, foreign, ahead, too old or for something else, and says what to do', async () => {
    const { next } = await rig.ask({ limit: 3 });
    const refused = async (since: string, words: string, query = {}) => {
      await expect(rig.ask({ since, ...query })).rejects.toMatchObject({ code: 'CURSOR_INVALID', detail: expect.stringContaining(words) as string });
    };
    for (const forged of ['x', '', next.replace(/\.\d+\./, '.1.'), `${next}x`, next.slice(0, -2), `${next.slice(0, -1)}${next.endsWith('A') ? 'Q' : 'A'}`]) await refused(forged, 'did not make');
    await refused(next, 'another area', { area: 'rose' });
    await refused(next, 'another area', { window: '1h' });
    await expect(rig.parts.service.open({ ...CITY, area: 'east' }, { since: next })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    expect((await rig.ask({ since: next, from: MIDNIGHT })).data).not.toEqual([]);
    const { next: newest } = await rig.pull();
    await rig.db.updateTable('aggregate_state').set({ change_no: 1 }).execute();
    await refused(newest, 'ahead of this hub');
    await rig.db.updateTable('aggregate_state').set({ change_no: 1000, dropped_to: 500 }).execute();
    await refused(next, 'too old');
    const { next: begun } = await rig.ask({ limit: 1 });
    expect((await rig.ask({ since: begun, limit: 1 })).data).toHaveLength(1);
    await rig.db.updateTable('aggregate_state').set({ log: 'another' }).execute();
    await refused(begun, 'did not make');
  });
});
