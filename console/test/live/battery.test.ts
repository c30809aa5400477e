import { describe, expect, it } from 'vitest';
import { batteryTrend } from '../../src/live/battery.js';
import type { SeriesPoint } from '../../src/live/series.js';

const DAY_MS = 86_400_000;
const daily = (...levels: number[]): SeriesPoint[] => levels.map((level, day) => [day * DAY_MS, level]);

describe('a battery’s week', () => {
  it('that falls two percent a day lasts half as many days as percent are left', () => { expect(batteryTrend(daily(90, 88, 86, 84, 82, 80, 78))).toEqual({ from: 90, to: 78, daysLeft: 39 }); });
  it.each([['steady', [80, 80, 80]], ['charging', [20, 60, 90]], ['wobbling under a percent', [80.4, 80, 79.8]], ['a single value', [80]]])('%s has no end in sight', (_name, levels) => { expect(batteryTrend(daily(...levels))?.daysLeft).toBeUndefined(); });
  it('without values says nothing', () => { expect(batteryTrend([])).toBeUndefined(); });
});
