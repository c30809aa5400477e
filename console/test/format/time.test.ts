import { describe, expect, it } from 'vitest';
import { ageParts, durationParts, formatClock, formatDay, formatMoment, hourOfDay, stopwatch } from '../../src/format/time.js';
import { formatCount, keyMetric } from '../../src/format/values.js';

const AT = Date.UTC(2026, 10, 23, 1, 41, 26);

describe('times on the screen', () => {
  it('are the hub’s, UTC+8, wherever the browser is', () => {
    expect(formatClock(AT)).toBe('09:41:26');
    expect(hourOfDay(Date.UTC(2026, 10, 23, 16, 30))).toBe(0);
    expect(formatDay(Date.UTC(2026, 10, 22, 20), 'zh-CN')).toBe('11月23日 周一');
    expect(formatDay(AT, 'en')).toBe('Mon, Nov 23');
  });
  it('carry the day when it is not today', () => {
    expect(formatMoment(AT, AT)).toBe('09:41:26');
    expect(formatMoment(AT, AT + 86_400_000)).toBe('11-23 09:41');
  });
  it.each([[-5000, 0, 's'], [59_999, 59, 's'], [60_000, 1, 'min'], [3_599_999, 59, 'min'], [3_600_000, 1, 'h'], [86_400_000, 1, 'd']] as const)('give %i ms the age %i %s', (ms, n, unit) => {
    expect(ageParts(ms)).toEqual({ n, unit });
  });
  it.each([[48_000, 's'], [372_000, 'ms'], [7_260_000, 'hm'], [90_000_000, 'dh']] as const)('say %i ms in the phrase %s', (ms, key) => {
    expect(durationParts(ms).key).toBe(key);
  });
  it('run a stopwatch past the hour', () => {
    expect([stopwatch(48_000), stopwatch(3_909_000), stopwatch(-1)]).toEqual(['00:48', '1:05:09', '00:00']);
  });
});

describe('values on the screen', () => {
  it('group thousands and leave small numbers alone', () => {
    expect([formatCount(18_204), formatCount(999), formatCount(1_000_000)]).toEqual(['18\u2009204', '999', '1\u2009000\u2009000']);
  });
  it('show a bin by its fill level, and whatever there is when that is missing', () => {
    expect(keyMetric('waste_bin', { temperature: 1, fill_level: 2 })).toBe('fill_level');
    expect(keyMetric('access_gate', { humidity: 1 })).toBe('humidity');
    expect(keyMetric('gateway', {})).toBeUndefined();
  });
});
