import { describe, expect, it } from 'vitest';
import { createLatestValues } from '../../src/live/latest-values.js';

const delta = (ts: number, fill_level: number) => ({ ts, devices: { bin: { fill_level } } });

describe('latest values', () => {
  it('don’t take a silent device’s old value for a new one because it came in a new packet', () => {
    const values = createLatestValues({ lastSeenAt: () => 100 });
    expect(values.applyDelta(delta(90_000, 40))).toEqual([]);
    expect(values.get('bin')?.fill_level?.ts).toBe(100);
  });
  it('take the second packet of a subscription at its own time', () => {
    const values = createLatestValues({ lastSeenAt: () => 100 });
    values.applyDelta(delta(90_000, 40));
    expect(values.applyDelta(delta(91_000, 41))).toEqual(['bin']);
    expect(values.get('bin')?.fill_level).toEqual({ ts: 91_000, value: 41 });
  });
  it('correct an estimated time with the true one from REST, but never a value with an older one', () => {
    const values = createLatestValues({ lastSeenAt: () => 5000 });
    values.applyDelta(delta(90_000, 40));
    values.applyLatest('bin', { values: { fill_level: { ts: 3000, value: 40, unit: '%' } } });
    expect(values.get('bin')?.fill_level?.ts).toBe(3000);
    values.applyDelta(delta(91_000, 55));
    values.applyLatest('bin', { values: { fill_level: { ts: 3000, value: 40, unit: '%' } } });
    expect(values.get('bin')?.fill_level?.value).toBe(55);
  });
  it('show a changed value even when it comes first after a reconnect', () => {
    const values = createLatestValues({ lastSeenAt: () => 100 });
    values.applyLatest('bin', { values: { fill_level: { ts: 3000, value: 40, unit: '%' } } });
    values.begin();
    values.applyDelta(delta(90_000, 96));
    expect(values.get('bin')?.fill_level?.value).toBe(96);
  });
  it('leave out a metric that is not in the catalogue', () => {
    const values = createLatestValues({ lastSeenAt: () => undefined });
    values.applyLatest('bin', { values: { __proto__x: { ts: 1, value: 1, unit: '' } } });
    expect(values.get('bin')).toBeUndefined();
  });
});
