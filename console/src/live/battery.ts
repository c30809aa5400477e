import type { SeriesPoint } from './series.js';

const DAY_MS = 86_400_000;
/** Under this much change (%) a slope says nothing. */
const LEAST_DROP = 1;

export interface BatteryTrend { from: number; to: number; /** Days until empty at this rate; undefined when it doesn't fall, or too little to tell. */ daysLeft: number | undefined }

/** First and last of the points, and how long it lasts along the least-squares line through them. */
export function batteryTrend(points: readonly SeriesPoint[]): BatteryTrend | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [time, level] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [at]) => sum + (at - time) ** 2, 0);
  const slope = spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - time) * (value - level), 0) / spread;
  const isFalling = -slope * (last[0] - first[0]) >= LEAST_DROP;
  return { from: first[1], to: last[1], daysLeft: isFalling ? Math.max(0, Math.round(last[1] / (-slope * DAY_MS))) : undefined };
}
