import { BIGINT, INTEGER, LIST, VARCHAR, listValue, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import type { DuckdbDatabase } from './duckdb-database.js';
import { wholeMs } from './duckdb-periods.js';
import type { ScanAnswer, ScanColumns, ScanEventRow, ScanEvents, ScanRequest, ScanSeries } from './duckdb-protocol.js';

/** Long passes over the file, on a connection of their own. Calls come one after the other. */
export interface DuckdbScanner {
  counts(request: ScanRequest): Promise<ReadonlyMap<number, number>>;
  read(request: ScanRequest): Promise<ScanAnswer>;
  /** Interrupts the query of this scan, or of whichever there is; no effect when it isn't its turn. */
  stop(scan?: number): void;
}

type Query = { readonly sql: string; readonly values: DuckDBValue[]; readonly types: DuckDBType[] };
type Span = Pick<ScanRequest, 'from' | 'to'>;

export function createDuckdbScanner(database: DuckdbDatabase): DuckdbScanner {
  const { scanner } = database;
  let running: number | undefined;

  async function turn<T>({ scan }: ScanRequest, work: () => Promise<T>): Promise<T> {
    running = scan;
    try {
      return await work();
    } finally {
      running = undefined;
    }
  }

  /** `device, metric, ts, value` of these series, over the months touched; undefined when there is nothing to look at. */
  function pointsOf({ series, devices, metrics }: ScanSeries, { from, to }: Span): Query | undefined {
    const months = database.periods.filter((period) => period.start < to && period.end > from);
    if (months.length === 0 || series.length === 0 || from >= to) return undefined;
    const parts = months.map(({ table }) => `SELECT series, ts, value FROM ${table} WHERE ts >= $4 AND ts < $5`);
    return {
      sql: `(SELECT asked.device, asked.metric, ts, value FROM (${parts.join(' UNION ALL ')}) AS stored
             JOIN (SELECT unnest($1) AS series, unnest($2) AS device, unnest($3) AS metric) AS asked ON stored.series = asked.series)`,
      values: [listValue([...series]), listValue([...devices]), listValue([...metrics]), wholeMs(from), wholeMs(to)],
      types: [LIST(INTEGER), LIST(INTEGER), LIST(INTEGER), BIGINT, BIGINT],
    };
  }

  function eventsOf(events: ScanEvents | undefined, { from, to }: Span): Query | undefined {
    if (events === undefined || events.ids.length === 0 || from >= to) return undefined;
    const { ids, places, types } = events;
    return {
      sql: `(SELECT asked.place AS device, id, ts, tie, type FROM event
             JOIN (SELECT unnest($1) AS device, unnest($2) AS place) AS asked ON event.device = asked.device
             WHERE ts >= $3 AND ts < $4${types === undefined ? '' : ' AND type IN (SELECT unnest($5))'})`,
      values: [listValue([...ids]), listValue([...places]), wholeMs(from), wholeMs(to), ...(types === undefined ? [] : [listValue([...types])])],
      types: [LIST(VARCHAR), LIST(INTEGER), BIGINT, BIGINT, ...(types === undefined ? [] : [LIST(VARCHAR)])],
    };
  }

  async function addCounts(counts: Map<number, number>, query: Query | undefined): Promise<void> {
    if (query === undefined) return;
    const reader = await scanner.runAndReadAll(`SELECT device, count(*) FROM ${query.sql} GROUP BY device`, query.values, query.types);
    const [devices = [], rows = []] = reader.getColumns();
    devices.forEach((device, i) => counts.set(Number(device), (counts.get(Number(device)) ?? 0) + Number(rows[i])));
  }

  /** Chunk by chunk, so that writes have their turn in between. Streamed, because a whole result is freed only with this thread's next full garbage collection, which JavaScript sees no reason for. */
  async function readPoints(query: Query | undefined): Promise<ScanColumns> {
    if (query === undefined) return allocate(0);
    const result = await scanner.stream(`SELECT device, metric, CAST(ts AS DOUBLE), value FROM ${query.sql} ORDER BY device, ts, metric`, query.values, query.types);
    let columns = allocate(FIRST_ROWS);
    let rows = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      if (rows + chunk.rowCount > columns.ts.length) columns = resized(columns, columns.ts.length * 2);
      for (const [i, column] of [columns.device, columns.metric, columns.ts, columns.values].entries()) column.set(chunk.getColumnValues(i) as number[], rows); // of types INTEGER and DOUBLE
      rows += chunk.rowCount;
    }
    return resized(columns, rows);
  }

  async function readEvents(query: Query | undefined): Promise<ScanEventRow[]> {
    if (query === undefined) return [];
    const reader = await scanner.streamAndReadAll(`SELECT device, id, CAST(ts AS DOUBLE), type FROM ${query.sql} ORDER BY device, ts, tie`, query.values, query.types);
    const [devices = [], ids = [], ts = [], types = []] = reader.getColumns();
    return devices.map((device, i) => ({ device: Number(device), id: String(ids[i]), ts: Number(ts[i]), type: String(types[i]) }));
  }

  return {
    counts: (request) => turn(request, async () => {
      const counts = new Map<number, number>();
      await addCounts(counts, pointsOf(request.series, request));
      await addCounts(counts, eventsOf(request.events, request));
      return counts;
    }),
    read: (request) => turn(request, async () => ({ points: await readPoints(pointsOf(request.series, request)), events: await readEvents(eventsOf(request.events, request)) })),
    stop(scan = running) {
      if (running !== undefined && scan === running) scanner.interrupt();
    },
  };
}

/** At least DuckDB's vector size: the columns double until all is in. */
const FIRST_ROWS = 16_384;

function resized(columns: ScanColumns, rows: number): ScanColumns {
  const made = allocate(rows);
  const kept = Math.min(rows, columns.ts.length);
  for (const name of ['device', 'metric', 'ts', 'values'] as const) made[name].set(columns[name].subarray(0, kept));
  return made;
}

const allocate = (rows: number): ScanColumns => ({ device: new Int32Array(rows), metric: new Uint8Array(rows), ts: new Float64Array(rows), values: new Float64Array(rows) });
