import { METRICS, type AggregateRow, type MetricKey } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { airHours, airPicture } from '../../src/live/air-quality.js';

const HOUR = 3_600_000;
const row = (hour: number, metric: MetricKey, mean: number, more: Partial<AggregateRow> = {}): AggregateRow =>
  ({ area: 'street', metric, unit: METRICS[metric].unit, window: '1h', start: hour * HOUR, end: (hour + 1) * HOUR, count: 60, mean, min: mean, max: mean, last: mean, devices: 1, coverage: 1, revision: 1, ...more });

describe('the air on the wall', () => {
  it('has the index of HJ 633-2026 of each hour, oldest first, with its primary pollutant above 50 only', () => {
    expect(airHours([row(2, 'pm2_5', 48), row(2, 'o3', 100), row(2, 'noise', 70), row(1, 'pm2_5', 20)])).toEqual([
      { start: HOUR, end: 2 * HOUR, aqi: 29, iaqi: { pm2_5: 29 }, primary: [] },
      { start: 2 * HOUR, end: 3 * HOUR, aqi: 76, iaqi: { pm2_5: 76, o3: 32 }, primary: ['pm2_5'] },
    ]);
  });
  it('has none for an hour of which less than 45 minutes were measured', () => {
    expect(airHours([row(1, 'pm2_5', 48, { coverage: 0.74 })])).toEqual([]);
    expect(airHours([row(1, 'pm2_5', 48, { coverage: 0.74 }), row(1, 'pm10', 20, { coverage: 0.75 })])).toMatchObject([{ iaqi: { pm10: 20 } }]);
  });
  it('says nothing about now from hours that are long over', () => {
    const place = [row(1, 'pm2_5', 48)];
    expect(airPicture({ place, parts: [] }, 5 * HOUR - 1).now).toMatchObject({ aqi: 76 });
    expect(airPicture({ place, parts: [] }, 5 * HOUR)).toMatchObject({ now: undefined, hours: [{ aqi: 76 }] });
    expect(airPicture({ place: [], parts: [] }, 5 * HOUR)).toEqual({ now: undefined, hours: [], highest: undefined, lowest: undefined });
  });
  it('names where it is worst and best in the same hour, when they differ', () => {
    const of = (area: string, hour: number, mean: number) => row(hour, 'pm2_5', mean, { area });
    const place = [row(1, 'pm2_5', 30)];
    expect(airPicture({ place, parts: [of('west', 1, 20), of('east', 1, 40), of('north', 1, 30), of('south', 0, 90)] }, 2 * HOUR)).toMatchObject({ highest: { area: 'east', aqi: 60 }, lowest: { area: 'west', aqi: 29 } });
    expect(airPicture({ place, parts: [of('west', 1, 20), of('east', 1, 20)] }, 2 * HOUR)).toMatchObject({ highest: undefined, lowest: undefined });
  });
});
