import { METRICS, WINDOW_MS, type AggregateAnswer, type AggregateRow, type AreaNode, type MetricKey } from '@liandong/protocols';

const HOUR = WINDOW_MS['1h'];
const MEANS: readonly (readonly [MetricKey, number])[] = [['pm2_5', 48], ['pm10', 71], ['o3', 88]];

/** Published means of whole hours up to the last full one: a community differs from the next, three hours of the day before were measured too little. */
export function makeHourlyRows(areas: readonly AreaNode[], query: URLSearchParams): AggregateAnswer {
  const watermark = Math.floor(Date.now() / HOUR) * HOUR;
  const [from, to] = [Number(query.get('from')), Math.min(Number(query.get('to')), watermark)];
  const asked = areas.filter(({ id, level }) => query.get('area') === id || query.get('level') === level);
  const data: AggregateRow[] = [];
  for (const [place, { id: area }] of asked.entries()) {
    for (let start = from; start < to; start += HOUR) {
      const hour = (watermark - start) / HOUR;
      for (const [metric, mean] of MEANS) {
        const value = mean + place * 4 - hour * 1.5;
        data.push({ area, metric, unit: METRICS[metric].unit, window: '1h', start, end: start + HOUR, count: 60, mean: value, min: value, max: value, last: value, devices: 1, coverage: hour > 9 && hour < 13 ? 0.4 : 1, revision: 1 });
      }
    }
  }
  return { data: query.has('since') ? [] : data, next: 'all', watermark };
}
