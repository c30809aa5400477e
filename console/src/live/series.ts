import type { EpochMs, MetricValue } from '@liandong/protocols';
import { asNumber } from '../format/values.js';

export type SeriesPoint = readonly [ts: EpochMs, value: number];

/** Adds a live value to a series sorted by time; the same time again replaces, and what fell out of the window on the left goes. */
export function appendPoint(points: readonly SeriesPoint[], ts: EpochMs, value: MetricValue, from: EpochMs): readonly SeriesPoint[] {
  const last = points.at(-1);
  const point: SeriesPoint = [ts, asNumber(value)];
  if (last !== undefined && ts < last[0]) return points;
  const kept = last !== undefined && ts === last[0] ? points.slice(0, -1) : points;
  const start = kept.findIndex(([at]) => at >= from);
  return [...(start < 0 ? [] : kept.slice(start)), point];
}

export interface SeriesExtent { min: SeriesPoint; max: SeriesPoint; last: SeriesPoint }
export function extentOf(points: readonly SeriesPoint[]): SeriesExtent | undefined {
  const [first] = points;
  if (first === undefined) return undefined;
  let [min, max] = [first, first];
  for (const point of points) {
    if (point[1] < min[1]) min = point;
    if (point[1] > max[1]) max = point;
  }
  return { min, max, last: points.at(-1) ?? first };
}
