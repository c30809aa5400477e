import type { Backtest, JournalRecord, Rule } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIdSource } from '../../src/alerts/alert-ids.js';
import { createBacktestService, type BacktestService } from '../../src/backtest/backtest-service.js';
import type { Principal } from '../../src/identity/principal.js';
import { AppError } from '../../src/problem.js';
import type { ScanRange, TelemetryStore } from '../../src/telemetry/types.js';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { waitFor } from '../support/wait-for.js';
import { scanOf } from './history.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The clock stands three days after the history begins. */
const NOW = START + 3 * DAY_MS;
const EAST: Principal = { name: 'east', role: 'operator', area: 'east' };
const WEST: Principal = { name: 'west', role: 'operator', area: 'west' };

const fill = (id: string, limit: number, more: Partial<Rule> = {}): Rule =>
  ({ ...common(id), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: limit - 10, ...more } as Rule); // only shared members are given in `more`

let rig: Rig;
let service: BacktestService;
let records: JournalRecord[];
let asked: ScanRange[];
let errors: unknown[];
/** What the next scans are; undefined: of `records`. */
let scan: TelemetryStore['scan'] | undefined;
let history: TelemetryStore['history'];

const at = (hours: number, device: string, value: number): JournalRecord => ({ type: 'telemetry', device, ts: START + hours * HOUR_MS, at: 0, values: { fill_level: value } });

beforeEach(async () => {
  rig = await createRig([fill('in-force', 80)]);
  rig.clock.at = NOW;
  rig.directory.put('bin-e', 'waste_bin', { area: 'east-1' });
  rig.directory.put('bin-w', 'waste_bin', { area: 'west' });
  await rig.evaluator.start();
  [records, asked, errors, scan] = [[], [], [], undefined];
  history = async ({ device, from, to }) => records.flatMap((record) => record.type === 'telemetry' && record.device === device && record.ts >= from && record.ts < to ? [[record.ts, Number(record.values.fill_level)]] as const : []);
  service = createBacktestService({
    rules: rig.rules, directory: rig.directory, areas: rig.areas, days: rig.days, clock: rig.clock, ids: createIdSource({ clock: rig.clock, random: (bytes) => new Uint8Array(bytes) }),
    stopwatch: () => performance.now(), kept: { telemetryMs: 100 * DAY_MS, eventsMs: 50 * DAY_MS }, onError: (error) => { errors.push(error); },
    telemetry: {
      scan(range, signal) {
        asked.push(range);
        return (scan ?? scanOf(records))(range, signal);
      },
      history: (range, points) => history(range, points),
      raw: async ({ device, metric, from, to }) => ({ data: records.flatMap((record) => record.type === 'telemetry' && record.device === device && record.values[metric] !== undefined && record.ts >= from && record.ts < to ? [[record.ts, Number(record.values[metric])] as const] : []).slice(0, 1) }),
    },
  });
  await service.start();
});
afterEach(async () => {
  await service.stop();
  await rig.close();
});

async function ended(id: string, who = ADMIN): Promise<Backtest> {
  await waitFor(`${id} has ended`, async () => service.get(who, id).endedAt !== undefined, { intervalMs: 2 });
  return service.get(who, id);
}
const run = async (rule: Rule, more: object = {}, who = ADMIN): Promise<Backtest> => ended((await service.create(who, { rule, ...more })).id, who);
/** Never gives anything, and does not notice that it is aborted. */
const deaf: TelemetryStore['scan'] = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) });

describe('a back-test', () => {
  it('counts what a candidate would have done beside the version in force, in one pass over both', async () => {
    records = [at(0, 'bin-e', 85), at(1, 'bin-e', 97), at(2, 'bin-e', 10), at(30, 'bin-e', 82), at(31, 'bin-e', 50), at(32, 'bin-e', 96), at(0, 'bin-w', 75), at(1, 'bin-w', 85)];
    const found = await run(fill('in-force', 90), { from: START, to: NOW });
    expect(found).toMatchObject({ state: 'done', progress: 1, devices: 2, samples: 8, from: START, to: NOW, startedAt: NOW, endedAt: NOW });
    expect(found.candidate).toEqual({
      alerts: 2, devicesWithAlerts: 1, bySeverity: [0, 2, 0, 0, 0].map((count, index) => ({ severity: ['critical', 'major', 'minor', 'warning', 'info'][index], count })),
      // 2026-11-02 begins at UTC+8 two hours of UTC before the history does; four days are touched.
      perDay: [1, 1, 0, 0].map((count, day) => [START - 10 * HOUR_MS + day * DAY_MS, count]), floodShare: 0,
      examples: [
        { device: 'bin-e', severity: 'major', from: START + 32 * HOUR_MS, value: 96, threshold: 95 },
        { device: 'bin-e', severity: 'major', from: START + HOUR_MS, to: START + 2 * HOUR_MS, value: 97, threshold: 95 },
      ],
    });
    expect(found.inForce).toMatchObject({ alerts: 4, devicesWithAlerts: 2, bySeverity: expect.arrayContaining([{ severity: 'warning', count: 2 }, { severity: 'major', count: 2 }]) as unknown });
    expect(found.chart).toEqual([
      { device: 'bin-e', metric: 'fill_level', points: [[START + 30 * HOUR_MS, 82], [START + 31 * HOUR_MS, 50], [START + 32 * HOUR_MS, 96]] },
      { device: 'bin-e', metric: 'fill_level', points: [[START, 85], [START + HOUR_MS, 97], [START + 2 * HOUR_MS, 10]] },
    ]);
    expect(asked).toMatchObject([{ devices: ['bin-e', 'bin-w'], metrics: ['fill_level'], events: [] }]);
  });

  it('says when its history begins, and takes no time before that for one without a flood', async () => {
    records = Array.from({ length: 12 }, (_, device): JournalRecord => {
      rig.directory.put(`bin-${device}`, 'waste_bin');
      return { type: 'telemetry', device: `bin-${device}`, ts: NOW - 600_000 + device * 1000, at: 0, values: { fill_level: 85 } };
    });
    expect(await run(fill('new', 80))).toMatchObject({ from: NOW - 30 * DAY_MS, dataFrom: NOW - 600_000, candidate: { alerts: 12, floodShare: 1 } });
  });

  it('of a rule on events begins with anything that its devices reported: the first event may be late', async () => {
    rig.directory.put('gate', 'access_gate');
    const denied: Rule = { ...common('denied', ['access_gate'], '{device}'), type: 'event', event: 'denied', count: 1, withinS: 60, clearOn: [], clearAfterS: 60, severity: 'minor' };
    records = [{ type: 'event', device: 'gate', id: 'e', ts: NOW - HOUR_MS, at: 0, event: 'denied', data: {} }];
    expect((await run(denied)).dataFrom).toBe(NOW - HOUR_MS);
    records = [{ type: 'telemetry', device: 'gate', ts: NOW - 9 * DAY_MS, at: 0, values: { battery: 90 } }, ...records];
    expect((await run(denied)).dataFrom).toBe(NOW - 9 * DAY_MS);
  });

  it('is of zeros where nothing is stored, over the last 30 days when no time is given', async () => {
    const found = await run(fill('new', 90));
    expect(found).toMatchObject({ state: 'done', from: NOW - 30 * DAY_MS, to: NOW, devices: 2, samples: 0, chart: [] });
    expect(found.candidate).toMatchObject({ alerts: 0, devicesWithAlerts: 0, floodShare: 0, examples: [] });
    expect(found.candidate?.perDay.map(([, count]) => count)).toEqual(Array(31).fill(0));
    expect(found).not.toHaveProperty('inForce');
    expect(found).not.toHaveProperty('dataFrom');
  });

  it('counts the ten minutes with more than ten new alerts as flood, and keeps only the worst and longest examples', async () => {
    for (let device = 0; device < 30; device += 1) {
      rig.directory.put(`bin-${device}`, 'waste_bin');
      records.push({ type: 'telemetry', device: `bin-${device}`, ts: START + device * 1000, at: 0, values: { fill_level: device === 17 ? 99 : 85 } });
      records.push({ type: 'telemetry', device: `bin-${device}`, ts: START + HOUR_MS * (device + 1), at: 0, values: { fill_level: 0 } });
    }
    const { candidate } = await run(fill('new', 80), { from: START, to: START + 100 * 600_000 });
    expect(candidate).toMatchObject({ alerts: 30, floodShare: 0.01 });
    expect(candidate?.examples).toHaveLength(20);
    // Two days later the last ones still stand: the range ends before they were emptied.
    expect(candidate?.examples.slice(0, 3).map(({ device }) => device)).toEqual(['bin-17', 'bin-16', 'bin-18']);
  });

  it('takes the devices on which the rule would be in force: a nearer one of its family takes precedence, a gone one has no part', async () => {
    rig.directory.put('bin-x', 'waste_bin', { area: 'east', status: 'retired' });
    rig.directory.put('bin-y', 'waste_bin', { area: 'east', accepted: false });
    rig.directory.put('bin-z', 'waste_bin', { area: 'east', status: 'maintenance' });
    await rig.rules.create(ADMIN, fill('nearer', 70, { family: 'in-force', scope: { areas: ['west'] } }));
    await run(fill('in-force', 90));
    expect(asked.at(-1)?.devices).toEqual(['bin-e', 'bin-z']);
    await run(fill('other', 90));
    expect(asked.at(-1)?.devices).toEqual(['bin-e', 'bin-w', 'bin-z']);
  });

  it('leaves out a stored version that is switched off, and tries one that is switched off itself', async () => {
    records = [at(0, 'bin-e', 96)];
    await rig.rules.replace(ADMIN, 'in-force', fill('in-force', 80, { enabled: false }));
    const found = await run(fill('in-force', 80, { enabled: false }));
    expect(found.candidate?.alerts).toBe(1);
    expect(found.inForce).toBeUndefined();
  });

  it('reads all there is of a device for a rule on silence', async () => {
    await run({ ...common('quiet', ['waste_bin'], '{device}'), type: 'silence', intervals: 3, severity: 'minor' });
    expect(asked[0]?.events).toBe('all');
    expect(asked[0]?.metrics).toContain('battery');
  });

  it.each<[string, object, string]>([
    ['a rule that makes no sense', { rule: fill('new', 150) }, 'RULE_INVALID'],
    ['a range that ends before it begins', { from: START + 1, to: START }, 'VALIDATION_FAILED'],
    ['a range in the future', { from: NOW + 1, to: NOW + 2 }, 'VALIDATION_FAILED'],
    ['more than 92 days', { from: NOW - 92 * DAY_MS - 1 }, 'VALIDATION_FAILED'],
    ['an area that is not there', { area: 'nowhere' }, 'AREA_NOT_FOUND'],
  ])('refuses %s', async (_name, ask, code) => {
    await expect(service.create(ADMIN, { rule: fill('new', 90), ...ask })).rejects.toMatchObject({ code });
  });
});

describe('a range of which nothing is kept any more', () => {
  const denied: Rule = { ...common('denied', ['access_gate'], '{device}'), type: 'event', event: 'denied', count: 1, withinS: 60, clearOn: [], clearAfterS: 60, severity: 'minor' };
  const quiet: Rule = { ...common('quiet', ['waste_bin'], '{device}'), type: 'silence', intervals: 3, severity: 'minor' };

  it('is refused with the time from which there is something', async () => {
    const since = new Date(NOW - 100 * DAY_MS);
    await expect(service.create(ADMIN, { rule: fill('new', 90), from: 0, to: DAY_MS })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED', detail: `What the rule is about is kept from ${since.toISOString()} on; \`to\` must be later than that.`, detailZh: expect.stringContaining('2026-07-28 10:00') as string,
      faults: [{ path: '/to', keyword: 'minimum', limit: since.getTime() + 1 }],
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, Rule, number]>([['values', fill('new', 90), 100], ['events', denied, 50], ['all there is', quiet, 100]])('goes by how long %s are kept, and is tried when a part of it is', async (_what, rule, days) => {
    const to = NOW - days * DAY_MS;
    await expect(service.create(ADMIN, { rule, from: to - DAY_MS, to })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await run(rule, { from: to - DAY_MS, to: to + 1 })).toMatchObject({ state: 'done' });
  });
});

describe('whoever is bound to an area', () => {
  const own = fill('mine', 80, { scope: { areas: ['east'] } });

  it('tries rules on devices in it only, and sees no other back-tests', async () => {
    await expect(service.create(EAST, { rule: fill('mine', 80) })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.create(EAST, { rule: own, area: 'west' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(service.create(EAST, { rule: fill('mine', 80, { scope: { areas: ['west'] } }) })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    const { id } = await run(own, {}, EAST);
    expect(asked.map(({ devices }) => devices)).toEqual([['bin-e']]);
    expect(service.get(ADMIN, id).state).toBe('done');
    expect(() => service.get(WEST, id)).toThrow(expect.objectContaining({ code: 'BACKTEST_NOT_FOUND' }) as Error);
    expect(() => { service.cancel(WEST, id); }).toThrow(expect.objectContaining({ code: 'BACKTEST_NOT_FOUND' }) as Error);
    const whole = await run(fill('new', 90));
    expect(() => service.get(EAST, whole.id)).toThrow(expect.objectContaining({ code: 'BACKTEST_NOT_FOUND' }) as Error);
  });

  it('must be allowed to write rules', async () => {
    const worker: Principal = { name: 'w', role: 'grid_worker', area: 'east' };
    await expect(service.create(worker, { rule: own })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const call of ['get', 'cancel'] as const) expect(() => service[call](worker, 'x')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }) as Error);
  });

  it('may ask for a part of it', async () => {
    rig.directory.put('bin-e2', 'waste_bin', { area: 'east' });
    await run(own, { area: 'east-1' }, EAST);
    expect(asked.at(-1)?.devices).toEqual(['bin-e']);
  });
});

describe('back-tests', () => {
  it('run one after the other; a fifth is turned away until one has ended', async () => {
    scan = deaf;
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) ids.push((await service.create(ADMIN, { rule: fill('new', 90) })).id);
    expect(asked).toHaveLength(1);
    await expect(service.create(ADMIN, { rule: fill('new', 90) })).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429, detailZh: '一次回测正在运行，另有 3 次在排队；等其中一次结束再试。' });
    const [running = '', , waiting = ''] = ids;
    service.cancel(ADMIN, waiting);
    expect((await ended(waiting)).state).toBe('cancelled');
    expect([service.get(ADMIN, running).state, asked.length]).toEqual(['running', 1]);
    await service.create(ADMIN, { rule: fill('new', 90) });
    service.cancel(ADMIN, running);
    expect((await ended(running)).state).toBe('cancelled');
    await waitFor('the next one runs', async () => asked.length === 2, { intervalMs: 2 });
  });

  it('end at once when cancelled, however long the store takes, and keep no result', async () => {
    scan = deaf;
    const { id } = await service.create(ADMIN, { rule: fill('new', 90) });
    service.cancel(ADMIN, id);
    service.cancel(ADMIN, id);
    const found = await ended(id);
    expect([found.state, found.candidate, found.error]).toEqual(['cancelled', undefined, undefined]);
    service.cancel(ADMIN, id);
    expect(service.get(ADMIN, id)).toEqual(found);
  });

  it('end in the midst of much work when cancelled, which the thread is given up for all along', async () => {
    let [chunks, turns] = [0, 0];
    scan = async function* endless({ from, to }) {
      for (;;) {
        chunks += 1;
        const ts = Float64Array.from({ length: 100_000 }, (_, i) => from + (chunks * 100_000 + i) * 10);
        yield { device: 'bin-e', to, points: { ts, metric: new Uint8Array(ts.length), values: ts.map((_, i) => i % 101) }, events: [] };
      }
    };
    const { id } = await service.create(ADMIN, { rule: fill('new', 90) });
    const timer = setInterval(() => { turns += 1; }, 1);
    try {
      await waitFor('it is at work', async () => service.get(ADMIN, id).samples >= 300_000, { intervalMs: 2 });
    } finally {
      clearInterval(timer);
    }
    expect(turns).toBeGreaterThan(3);
    service.cancel(ADMIN, id);
    expect((await ended(id)).state).toBe('cancelled');
  });

  it('end when the hub stops', async () => {
    scan = deaf;
    await service.create(ADMIN, { rule: fill('new', 90) });
    const { id } = await service.create(ADMIN, { rule: fill('new', 91) });
    await service.stop();
    await service.stop();
    expect(() => service.get(ADMIN, id)).toThrow(expect.objectContaining({ code: 'BACKTEST_NOT_FOUND' }) as Error);
    expect(asked).toHaveLength(1);
  });

  it('fail with words while the store is down, also for a chart, and with no inner words of the hub\'s own faults', async () => {
    scan = async function* down() { throw new AppError('STORE_UNAVAILABLE', undefined, { cause: new Error('connect ECONNREFUSED 127.0.0.1:8086\nat x') }); };
    expect(await run(fill('new', 90))).toMatchObject({ state: 'failed', error: 'The telemetry store is not available now: connect ECONNREFUSED 127.0.0.1:8086', errorZh: '时序库暂不可用：connect ECONNREFUSED 127.0.0.1:8086' });
    scan = undefined;
    records = [at(0, 'bin-e', 96)];
    history = async () => { throw new AppError('STORE_UNAVAILABLE'); };
    expect(await run(fill('new', 90))).toMatchObject({ state: 'failed', error: 'The telemetry store is not available now' });
    expect(errors).toEqual([]);
    history = async () => { throw new TypeError('secret'); };
    expect(await run(fill('new', 90))).toMatchObject({ state: 'failed', error: 'Something went wrong inside the hub' });
    expect(errors).toMatchObject([{ message: 'secret' }]);
  });

  it('are kept for an hour after they ended, and twenty at most', async () => {
    const first = await run(fill('new', 90));
    rig.clock.at += HOUR_MS - 1;
    expect(service.get(ADMIN, first.id).state).toBe('done');
    rig.clock.at += 1;
    expect(() => service.get(ADMIN, first.id)).toThrow(expect.objectContaining({ code: 'BACKTEST_NOT_FOUND' }) as Error);
    const ids: string[] = [];
    for (let count = 0; count < 22; count += 1) ids.push((await run(fill('new', 90))).id);
    const kept = ids.filter((id) => {
      try {
        return service.get(ADMIN, id).state === 'done';
      } catch {
        return false; // no longer kept
      }
    });
    expect(kept).toEqual(ids.slice(2));
  });
});
