import { describe, expect, it } from 'vitest';
import { createLatestValues } from '../../src/realtime/latest-values.js';

const record = (device: string, ts: number, values: Record<string, number | boolean>) => ({ type: 'telemetry' as const, device, ts, at: ts, values });

describe('latest values', () => {
  it('keeps the newest value of each metric, whatever the order of arrival', () => {
    const latest = createLatestValues();
    latest.update(record('bin-1', 20, { fill_level: 50, lid_open: true }));
    latest.update(record('bin-1', 10, { fill_level: 40, battery: 90 }));
    latest.update(record('bin-1', 20, { fill_level: 51 }));
    expect(latest.get('bin-1')).toEqual({
      fill_level: { ts: 20, value: 51, unit: '%' }, lid_open: { ts: 20, value: true, unit: '' }, battery: { ts: 10, value: 90, unit: '%' },
    });
    expect(latest.get('bin-2')).toEqual({});
  });

  it('hands out what changed once, and only that', () => {
    const latest = createLatestValues();
    latest.update(record('bin-1', 10, { fill_level: 40, battery: 90 }));
    expect(latest.takeDirty()).toEqual(new Map([['bin-1', { fill_level: 40, battery: 90 }]]));
    latest.update(record('bin-1', 11, { fill_level: 41 }));
    latest.update(record('bin-1', 9, { battery: 80 }));
    expect(latest.takeDirty()).toEqual(new Map([['bin-1', { fill_level: 41 }]]));
    expect(latest.hasDirty).toBe(false);
    expect(latest.values('bin-1')).toEqual({ fill_level: 41, battery: 90 });
  });

  it('takes a seed where nothing newer is held, and does not call it a change', () => {
    const latest = createLatestValues();
    latest.update(record('bin-1', 10, { fill_level: 40 }));
    latest.takeDirty();
    latest.seed([['bin-1', [{ metric: 'fill_level', ts: 9, value: 1 }, { metric: 'battery', ts: 9, value: 2 }]], ['bin-2', []]]);
    expect(latest.values('bin-1')).toEqual({ fill_level: 40, battery: 2 });
    expect([latest.hasDirty, latest.size]).toEqual([false, 1]);
  });

  it('forgets a removed device and what was to be sent of it', () => {
    const latest = createLatestValues();
    latest.update(record('bin-1', 10, { fill_level: 40 }));
    latest.forget('bin-1');
    expect([latest.size, latest.has('bin-1'), latest.takeDirty().size]).toEqual([0, false, 0]);
  });
});
