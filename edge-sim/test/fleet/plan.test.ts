import { decodeNative } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlan, type PlanOptions } from '../../src/fleet/plan.js';
import { createRoster } from '../../src/fleet/roster.js';
import { SCENARIOS } from '../../src/scenarios/catalogue.js';
import { demoScript, scenarioScript } from '../../src/scenarios/scripts.js';

const START = Date.parse('2026-11-23T07:30:00+08:00');
const roster = createRoster({ size: 20 });
const plan = (options: Partial<PlanOptions> = {}) => createPlan({ roster, seed: 1, startMs: START, speed: 1, isCalm: false, isPaced: false, ...options });
const text = (options: Partial<PlanOptions>, ms = 120_000): string => plan(options).takeDue(START + ms).map((message) => JSON.stringify(message)).join('\n');

describe('the plan of a run', () => {
  it('is the same byte for byte for the same seed and start, however it is taken', () => {
    const script = demoScript({ roster, seed: 1 });
    const whole = text({ script });
    const parts = plan({ script: demoScript({ roster, seed: 1 }) });
    const sliced: string[] = [];
    for (let ms = 0; ms <= 120_000; ms += 333) sliced.push(...parts.takeDue(START + Math.min(ms, 120_000)).map((message) => JSON.stringify(message)));
    sliced.push(...parts.takeDue(START + 120_000).map((message) => JSON.stringify(message)));
    expect(whole.length).toBeGreaterThan(10_000);
    expect(sliced.join('\n')).toBe(whole);
  });

  it('is another one for another seed, start or speed', () => {
    const usual = text({});
    expect(text({ seed: 2 })).not.toBe(usual);
    expect(text({ startMs: START - 1 })).not.toBe(usual);
    expect(text({ speed: 60 })).not.toBe(usual);
  });

  it('never says anything the hub would refuse: any seed, time, speed and scenario', () => {
    const anything = fc.record({
      seed: fc.nat(), startMs: fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2100-01-01') }), speed: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      isCalm: fc.boolean(), isPaced: fc.boolean(), size: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(fc.property(anything, ({ size, ...options }) => {
      const fleet = createRoster({ size });
      const script = scenarioScript(SCENARIOS, { roster: fleet, seed: options.seed });
      for (const { kind, payload } of plan({ ...options, roster: fleet, script }).takeDue(options.startMs + 240_000)) {
        const { refusals, readings, events } = decodeNative(kind, Buffer.from(payload));
        expect(refusals).toEqual([]);
        expect(readings.length + events.length).toBe(1);
      }
    }), { numRuns: 40 });
  });

  it('reports each device at its own interval, with the due time as ts', () => {
    const messages = plan().takeDue(START + 60_000);
    const [sensor] = roster.filter(({ kind }) => kind === 'env_sensor');
    const times = messages.filter(({ device }) => device === sensor?.id).map(({ dueMs, payload }) => {
      expect((JSON.parse(payload) as { ts: number }).ts).toBe(dueMs);
      return dueMs;
    });
    expect(times).toHaveLength(12);
    times.slice(1).forEach((time, i) => expect(Math.abs(time - (times[i] ?? 0) - 5000)).toBeLessThanOrEqual(1));
  });

  it('gives every event an id of its own', () => {
    const ids = plan({ seed: 3 }).takeDue(START + 600_000).filter(({ kind }) => kind === 'event').map(({ payload }) => (JSON.parse(payload) as { id: string }).id);
    expect(ids.length).toBeGreaterThan(100);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps an exact rate when it is paced, gate events included', () => {
    const fleet = createRoster({ size: 50, messagesPerSecond: 25 });
    const messages = plan({ roster: fleet, isPaced: true }).takeDue(START + 40_000);
    expect(messages.length).toBe(1000);
    expect(messages.some(({ kind }) => kind === 'event')).toBe(true);
  });
});
