import { severityRank, type JournalRecord, type MetricKey, type MetricValue, type Rule } from '@liandong/protocols';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { TrialAlert } from '../../src/backtest/trial.js';
import { ADMIN, common, createRig, type Rig } from '../rules/rig.js';
import { tryRule } from './history.js';

/** A quarter of an hour before 11:00 at UTC+8, where schedules change. */
const FROM = Date.UTC(2026, 10, 2, 2, 45);
const MINUTE_MS = 60_000;

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** A hub with these rules, at FROM. */
async function open(rules: readonly Rule[]): Promise<Rig> {
  const opened = await createRig(rules);
  rig = opened;
  opened.clock.at = FROM;
  opened.directory.put('bin', 'waste_bin');
  opened.directory.put('env', 'env_sensor', { reportingIntervalS: 900 });
  opened.directory.put('gate', 'access_gate', { reportingIntervalS: 120 });
  await opened.evaluator.start();
  return opened;
}

/** Full seconds up to `to`, as the hub's timer gives them. */
async function tickTo(hub: Rig, to: number): Promise<void> {
  while (Math.floor(hub.clock.at / 1000) * 1000 + 1000 <= to) {
    hub.clock.at = Math.floor(hub.clock.at / 1000) * 1000 + 1000;
    await hub.evaluator.tick();
  }
  hub.clock.at = to;
}

/** What the live hub makes of the records, received as they were measured. */
async function live(hub: Rig, records: readonly JournalRecord[], to: number): Promise<Map<string, TrialAlert[]>> {
  for (const record of records) {
    await tickTo(hub, record.at);
    await hub.feed(record);
  }
  await tickTo(hub, to);
  expect(hub.errors).toEqual([]);
  const found = new Map<string, TrialAlert[]>();
  for (const { id, ruleId, deviceId = '', severity: last, raisedAt, clearedAt, value, threshold } of await hub.alerts()) {
    // One that comes back may come back milder.
    const severity = (await hub.service.get(ADMIN, id)).timeline.reduce((worst, entry) => entry.severity !== undefined && severityRank(entry.severity) < severityRank(worst) ? entry.severity : worst, last);
    const alert: TrialAlert = { device: deviceId, severity, from: raisedAt, ...(clearedAt === undefined ? {} : { to: clearedAt }), ...(value === undefined ? {} : { value }), ...(threshold === undefined ? {} : { threshold }) };
    found.set(ruleId, [...found.get(ruleId) ?? [], alert]);
  }
  return found;
}

const sorted = (alerts: readonly TrialAlert[]): TrialAlert[] => [...alerts].sort((a, b) => a.device < b.device ? -1 : a.device > b.device ? 1 : a.from - b.from || (a.to ?? Infinity) - (b.to ?? Infinity));

const delays = fc.record({ onDelayS: fc.constantFrom(0, 0, 7, 60, 300), offDelayS: fc.constantFrom(0, 0, 5, 120) });
const schedules = fc.option(fc.constantFrom<NonNullable<Rule['schedule']>>({ hours: [6, 11] }, { hours: [11, 6] }, { weekdays: [2] }, { weekdays: [1] }), { nil: undefined });
const pairs = [15, 35, 55, 75] as const;

/** Rules of every type, with figures that the samples below cross often. */
const rulesOf = fc.tuple(fc.array(fc.tuple(delays, schedules), { minLength: 14, maxLength: 14 }), fc.constantFrom(...pairs), fc.constantFrom(60, 240, 600), fc.integer({ min: 1, max: 4 })).map(([shared, limit, withinS, count]): Rule[] => {
  const bodies = [
    { ...common('above'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit, severity: 'warning' }, { limit: limit + 15, severity: 'major' }], clearAt: limit - 10 },
    { ...common('below'), type: 'threshold', metric: 'fill_level', direction: 'below', bands: [{ limit: limit + 10, severity: 'info' }, { limit: limit - 5, severity: 'critical' }], clearAt: limit + 15 },
    { ...common('range'), type: 'range', metric: 'temperature', bands: [{ low: 20, high: 60, severity: 'minor' }, { low: 10, high: 80, severity: 'major' }], deadband: 3 },
    { ...common('state'), type: 'state', metric: 'tilted', equals: true, severity: 'minor' },
    { ...common('rise'), type: 'change', metric: 'temperature', direction: 'up', by: 30, withinS, severity: 'critical' },
    { ...common('fall'), type: 'change', metric: 'fill_level', direction: 'down', by: 25, withinS, severity: 'info' },
    { ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit, count: Math.min(count, 2), withinS: 600, severity: 'warning' },
    { ...common('events', ['access_gate']), type: 'event', event: 'denied', count, withinS, clearOn: ['granted'], severity: 'minor' },
    { ...common('self-clearing', ['access_gate']), type: 'event', event: 'tamper', count: 1, withinS: 1, clearOn: [], clearAfterS: withinS, severity: 'major' },
    { ...common('silence', ['waste_bin', 'env_sensor', 'access_gate']), type: 'silence', intervals: count, severity: 'warning' },
    { ...common('combined'), type: 'combined', severity: 'major', when: { op: 'all', of: [{ type: 'compare', metric: 'fill_level', direction: 'above', limit }, { op: 'any', of: [{ type: 'state', metric: 'tilted', equals: true }, { type: 'change', metric: 'temperature', direction: 'up', by: 20, withinS }] }] } },
    { ...common('combined-events', ['access_gate']), type: 'combined', severity: 'minor', when: { op: 'all', of: [{ type: 'event', event: 'denied', count, withinS }, { op: 'not', of: [{ type: 'event', event: 'granted', count: 1, withinS: 120 }] }] } },
    { ...common('aqi', ['env_sensor']), type: 'aqi', bands: [{ limit: 101, severity: 'warning' }, { limit: 201, severity: 'major' }], clearAt: 90 },
    { ...common('noise', ['env_sensor']), type: 'noise', class: '2', bands: [{ over: -20, severity: 'info' }, { over: 10, severity: 'minor' }], deadband: 2 },
  ] as Rule[]; // complete rules of their types
  return bodies.map((rule, index) => ({ ...rule, ...shared[index]?.[0], ...(shared[index]?.[1] === undefined ? {} : { schedule: shared[index][1] }) }));
});

const level = fc.integer({ min: 0, max: 100 });
const valuesOf: Record<'bin' | 'env', fc.Arbitrary<Partial<Record<MetricKey, MetricValue>>>> = {
  bin: fc.record({ fill_level: level, temperature: level, tilted: fc.boolean() }, { requiredKeys: [] }),
  env: fc.record({ noise: level, pm2_5: fc.integer({ min: 0, max: 400 }), o3: fc.integer({ min: 0, max: 400 }), humidity: level }, { requiredKeys: [] }),
};
const gap = fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 90 }).map((s) => s * 1000), fc.integer({ min: 1_000, max: 400_000 }));
const step = fc.oneof(
  fc.record({ device: fc.constant('bin'), gap, values: valuesOf.bin }), fc.record({ device: fc.constant('env'), gap, values: valuesOf.env }),
  fc.record({ device: fc.constant('gate'), gap, event: fc.constantFrom('denied', 'denied', 'granted', 'tamper', 'held_open') }),
);
const records = fc.array(step, { minLength: 20, maxLength: 60 }).map((steps) => {
  let at = FROM;
  return steps.flatMap((given, index): JournalRecord[] => {
    at += given.gap;
    if ('event' in given) return [{ type: 'event', device: given.device, id: `e${index}`, ts: at, at, event: given.event, data: {} }];
    return Object.keys(given.values).length === 0 ? [] : [{ type: 'telemetry', device: given.device, ts: at, at, values: given.values }];
  });
});

describe('a back-test', () => {
  it('finds exactly the alerts that the live hub raises on the same records, of every type of rule', { timeout: 240_000 }, async () => {
    let alerts = 0;
    const types = new Set<string>();
    await fc.assert(fc.asyncProperty(rulesOf, records, fc.constantFrom(Infinity, 1, 7), async (rules, given, timesPerChunk) => {
      const hub = await open(rules);
      try {
        const to = (given.at(-1)?.at ?? FROM) + 7 * MINUTE_MS;
        const expected = await live(hub, given, to);
        const entries = [...hub.directory.values()];
        for (const rule of rules) {
          const found = await tryRule(rule, given, { entries, from: FROM, to: to + 1, timesPerChunk });
          expect([rule.id, sorted(found)]).toEqual([rule.id, sorted(expected.get(rule.id) ?? [])]);
          alerts += found.length;
          if (found.length > 0) types.add(rule.id);
        }
      } finally {
        await hub.close();
        rig = undefined;
      }
    }), { numRuns: 20 });
    // Nothing is shown by rules that never raise.
    expect(types.size).toBeGreaterThan(12);
    expect(alerts).toBeGreaterThan(100);
  });
});
