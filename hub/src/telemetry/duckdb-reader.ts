import { BIGINT, INTEGER, LIST, VARCHAR, listValue, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import type { DuckdbDatabase } from './duckdb-database.js';
import { wholeMs } from './duckdb-periods.js';
import type { EventRow, EventsRequest, PointColumns, SeriesRequest, SummariseRequest, SummaryColumns } from './duckdb-protocol.js';

export interface DuckdbReader {
  latest(series: readonly number[]): Promise<PointColumns>;
  history(range: SeriesRequest & { points: number }): Promise<PointColumns>;
  raw(range: SeriesRequest & { limit: number }): Promise<PointColumns>;
  summarise(request: SummariseRequest): Promise<SummaryColumns>;
  events(range: EventsRequest): Promise<EventRow[]>;
}

type Columns = readonly (readonly DuckDBValue[])[];

export function createDuckdbReader(database: DuckdbDatabase): DuckdbReader {
  const { reader } = database;
  const query = async (sql: string, values: DuckDBValue[], types: DuckDBType[]): Promise<Columns> =>
    (await reader.runAndReadAll(sql, values, types)).getColumns();

  /** `ts, value` of a series in a range, over the months it touches; undefined when there are none. $1 series, $2 from, $3 to. */
  function rowsOf({ series, from, to }: SeriesRequest) {
    const tables = database.periods.filter((period) => period.start < to && period.end > from);
    if (tables.length === 0 || from >= to) return undefined;
    const parts = tables.map(({ table }) => `SELECT ts, value FROM ${table} WHERE series = $1 AND ts >= $2 AND ts < $3`);
    const values: DuckDBValue[] = [series, wholeMs(from), wholeMs(to)];
    return { sql: `(${parts.join(' UNION ALL ')})`, values, types: [INTEGER, BIGINT, BIGINT] as DuckDBType[] };
  }

  return {
    /** Newest month first, and only for the series not found yet. */
    async latest(series) {
      const found: [number, number, number][] = [];
      let wanted = new Set(series);
      for (const { table } of database.periods.toReversed()) {
        if (wanted.size === 0) break;
        const columns = await query(
          `SELECT series, max(ts), arg_max(value, ts) FROM ${table} WHERE series IN (SELECT unnest($1)) GROUP BY series`, [listValue([...wanted])], [LIST(INTEGER)]);
        const rows = (columns[0] ?? []).map((id, i): [number, number, number] => [Number(id), Number(columns[1]?.[i]), Number(columns[2]?.[i])]);
        found.push(...rows);
        const seen = new Set(rows.map(([id]) => id));
        wanted = new Set([...wanted].filter((id) => !seen.has(id)));
      }
      return toColumns(found);
    },

    async history({ points, ...range }) {
      const rows = rowsOf(range);
      if (rows === undefined) return toColumns([]);
      const [[count] = [], [first] = [], [last] = []] = await query(`SELECT count(*), min(ts), max(ts) FROM ${rows.sql}`, rows.values, rows.types);
      if (Number(count) <= points) {
        return pairs(await query(`SELECT ts, value FROM ${rows.sql} ORDER BY ts`, rows.values, rows.types));
      }
      const buckets = Math.max(1, Math.floor(points / 2));
      const width = Math.ceil((Number(last) - Number(first) + 1) / buckets);
      return extremes(await query(
        `SELECT arg_min(ts, value), min(value), arg_max(ts, value), max(value) FROM ${rows.sql} GROUP BY (ts - $4) // $5`,
        [...rows.values, BigInt(Number(first)), BigInt(width)], [...rows.types, BIGINT, BIGINT]));
    },

    async raw({ limit, ...range }) {
      const rows = rowsOf(range);
      return rows === undefined ? toColumns([]) : pairs(await query(`SELECT ts, value FROM ${rows.sql} ORDER BY ts LIMIT ${Math.trunc(limit)}`, rows.values, rows.types));
    },

    async summarise({ series, from, to, everyMs }) {
      const tables = database.periods.filter((period) => period.start < to && period.end > from);
      if (tables.length === 0 || series.length === 0 || from >= to) return toSummaries([]);
      const parts = tables.map(({ table }) => `SELECT series, ts, value FROM ${table} WHERE ts >= $2 AND ts < $3 AND series IN (SELECT unnest($1))`);
      return toSummaries(await query(
        `SELECT series, (ts // $4) * $4, count(*), sum(value), min(value), max(value), arg_max(value, ts), max(ts) FROM (${parts.join(' UNION ALL ')}) GROUP BY series, ts // $4`,
        [listValue([...series]), wholeMs(from), wholeMs(to), BigInt(everyMs)], [LIST(INTEGER), BIGINT, BIGINT, BIGINT]));
    },

    async events({ device, from, to, before, limit }) {
      const mark = before ?? { ts: to, tie: 0 };
      const columns = await query(
        `SELECT device, id, ts, tie, type, data FROM event WHERE device = $1 AND ts >= $2 AND ts < $3 AND (ts < $4 OR (ts = $4 AND tie < $5))
         ORDER BY ts DESC, tie DESC LIMIT ${Math.trunc(limit)}`,
        [device, wholeMs(from), wholeMs(to), wholeMs(mark.ts), BigInt(mark.tie)], [VARCHAR, BIGINT, BIGINT, BIGINT, BIGINT]);
      return (columns[0] ?? []).map((_, i) => {
        const [dev, id, ts, tie, type, data] = columns.map((values) => values[i]);
        return { device: String(dev), id: String(id), ts: Number(ts), tie: Number(tie), type: String(type), data: String(data) };
      });
    },
  };
}

const pairs = ([ts = [], values = []]: Columns): PointColumns => toColumns(ts.map((at, i) => [0, Number(at), Number(values[i])]));

/** Lowest and highest of each bucket at their own times, in order of time; a flat bucket gives one point. */
function extremes([lowTs = [], low = [], highTs = [], high = []]: Columns): PointColumns {
  const rows = new Map<number, number>();
  lowTs.forEach((ts, i) => {
    rows.set(Number(ts), Number(low[i]));
    rows.set(Number(highTs[i]), Number(high[i]));
  });
  return toColumns([...rows].sort(([a], [b]) => a - b).map(([ts, value]) => [0, ts, value]));
}

const toSummaries = ([series = [], ...columns]: Columns): SummaryColumns => {
  const [ts, count, sum, min, max, last, lastTs] = Array.from({ length: 7 }, (_, i) => Float64Array.from(columns[i] ?? [], Number)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]; // seven, as said
  return { series: Int32Array.from(series, Number), ts, count, sum, min, max, last, lastTs };
};

const toColumns = (rows: readonly (readonly [series: number, ts: number, value: number])[]): PointColumns => ({
  series: Int32Array.from(rows, ([series]) => series),
  ts: Float64Array.from(rows, ([, ts]) => ts),
  values: Float64Array.from(rows, ([, , value]) => value),
});
