import { POLLUTANTS, aqiOf, type AggregateRow, type Aqi, type AreaId, type Concentrations, type EpochMs, type Pollutant } from '@liandong/protocols';

/** GB 3095: a mean of an hour counts from 45 measured minutes on (share of the samples that were due). */
const VALID_COVERAGE = 0.75;
/** What ended longer ago than this says nothing about now: an hour is published a minute after it has ended, so by then the next ones are missing (ms). */
const RECENT_MS = 3 * 3_600_000;

/** The real-time AQI of HJ 633-2026 in one hour. */
export interface AirHour extends Aqi { readonly start: EpochMs; readonly end: EpochMs }
export interface AirPicture {
  /** The newest hour; undefined when none is recent. */
  readonly now: AirHour | undefined;
  /** Hours of the last day that have an index, oldest first. */
  readonly hours: readonly AirHour[];
  /** Of the newest hour, where at least two communities have an index that differs. */
  readonly highest: AirPlace | undefined;
  readonly lowest: AirPlace | undefined;
}
export interface AirPlace { readonly area: AreaId; readonly aqi: number }

/** The index of each hour from the published means of one area, oldest first. An hour in which too little was measured has none. */
export function airHours(rows: readonly AggregateRow[]): AirHour[] {
  const hours = new Map<EpochMs, { end: EpochMs; means: Concentrations }>();
  for (const { start, end, metric, mean, coverage } of rows) {
    if (!isPollutant(metric) || coverage < VALID_COVERAGE) continue;
    const hour = hours.get(start) ?? { end, means: {} };
    hour.means[metric] = mean;
    hours.set(start, hour);
  }
  return [...hours].sort(([a], [b]) => a - b).flatMap(([start, { end, means }]) => { const aqi = aqiOf(means); return aqi === undefined ? [] : [{ start, end, ...aqi }]; });
}

/** What the wall says of the air: `place` are the rows of the whole, `parts` those of its communities. */
export function airPicture({ place, parts }: { place: readonly AggregateRow[]; parts: readonly AggregateRow[] }, now: EpochMs): AirPicture {
  const hours = airHours(place);
  const newest = hours.at(-1);
  const current = newest !== undefined && newest.end > now - RECENT_MS ? newest : undefined;
  const places = current === undefined ? [] : indexesOf(parts.filter(({ start }) => start === current.start));
  const [highest, lowest] = [places[0], places.at(-1)];
  const isSpread = highest !== undefined && lowest !== undefined && highest.aqi > lowest.aqi;
  return { now: current, hours, highest: isSpread ? highest : undefined, lowest: isSpread ? lowest : undefined };
}

/** The worst first. */
function indexesOf(rows: readonly AggregateRow[]): AirPlace[] {
  return [...new Set(rows.map(({ area }) => area))].flatMap((area) => { const [hour] = airHours(rows.filter((row) => row.area === area)); return hour === undefined ? [] : [{ area, aqi: hour.aqi }]; }).sort((a, b) => b.aqi - a.aqi);
}

const isPollutant = (metric: string): metric is Pollutant => POLLUTANTS.some((pollutant) => pollutant === metric);
