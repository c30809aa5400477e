import type { EpochMs } from '@liandong/protocols';
import type { DuckdbDatabase } from './duckdb-database.js';

/**
 * The newest stored time of each series. A row after it can't exist yet, so it is appended unseen; any other row may replace one.
 * Read back from the newest month only: for a series that has nothing there, "just before that month" is a safe upper bound.
 */
export interface SeriesHeads {
  get(series: number): EpochMs;
  set(series: number, ts: EpochMs): void;
}

export async function loadHeads({ writer, periods }: DuckdbDatabase, highestSeries: number): Promise<SeriesHeads> {
  const heads: (EpochMs | undefined)[] = [];
  const newest = periods.at(-1);
  if (newest !== undefined) {
    const result = await writer.runAndReadAll(`SELECT series, max(ts) FROM ${newest.table} GROUP BY series`);
    const [series = [], ts = []] = result.getColumns();
    series.forEach((id, i) => { heads[Number(id)] = Number(ts[i]); });
  }
  const floor = newest === undefined ? -Infinity : newest.start - 1;
  return {
    get: (series) => heads[series] ?? (series > highestSeries ? -Infinity : floor),
    set(series, ts) { heads[series] = ts; },
  };
}
