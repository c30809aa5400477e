import { BIGINT, INTEGER, LIST, VARCHAR, listValue } from '@duckdb/node-api';
import type { EpochMs } from '@liandong/protocols';
import { appendPoints } from './duckdb-appender.js';
import { readPosition, type DuckdbDatabase } from './duckdb-database.js';
import type { SeriesHeads } from './duckdb-heads.js';
import { createPeriodFinder, type Period } from './duckdb-periods.js';
import type { EventRow, PointColumns, SeriesColumns, WriteRequest } from './duckdb-protocol.js';

export interface DuckdbWriter {
  /** One transaction: series, points, events and the position. Nothing of it is kept when it rejects; false: it was written before. */
  write(request: WriteRequest): Promise<boolean>;
  dropBefore(limits: { telemetry: EpochMs; events: EpochMs }): Promise<void>;
}

/** What a batch means for one month: rows appended unseen, and rows that may replace one (the last of each series and time). */
interface MonthRows { readonly period: Period; readonly fresh: number[]; readonly late: Map<string, number> }

export function createDuckdbWriter(database: DuckdbDatabase, heads: SeriesHeads): DuckdbWriter {
  const { writer } = database;
  const findPeriod = createPeriodFinder();

  /** Sorts rows into months and moves the heads on; `undo` puts the heads back. */
  function plan({ series, ts }: PointColumns): { months: MonthRows[]; undo: () => void } {
    const months = new Map<string, MonthRows>();
    const before = new Map<number, EpochMs>();
    for (let row = 0; row < series.length; row += 1) {
      const id = series[row] ?? 0;
      const at = ts[row] ?? 0;
      const head = heads.get(id);
      const month = monthOf(months, findPeriod(at));
      if (at > head) {
        if (!before.has(id)) before.set(id, head);
        heads.set(id, at);
        month.fresh.push(row);
      } else {
        month.late.set(`${id}:${at}`, row);
      }
    }
    return { months: [...months.values()], undo: () => before.forEach((at, id) => heads.set(id, at)) };
  }

  async function writeMonth({ period, fresh, late }: MonthRows, points: PointColumns): Promise<void> {
    await writer.run(`CREATE TABLE IF NOT EXISTS ${period.table} (series INTEGER NOT NULL, ts BIGINT NOT NULL, value DOUBLE NOT NULL)`);
    if (fresh.length > 0) await appendPoints(writer, period.table, points, fresh);
    if (late.size > 0) await replaceRows(period, points, [...late.values()]);
  }

  /** The bounds let DuckDB pass over row groups of other times. */
  async function replaceRows({ table }: Period, points: PointColumns, rows: readonly number[]): Promise<void> {
    await appendPoints(writer, 'late', points, rows);
    const times = rows.map((row) => points.ts[row] ?? 0);
    const bounds = [BigInt(times.reduce((a, b) => Math.min(a, b))), BigInt(times.reduce((a, b) => Math.max(a, b)))];
    await writer.run(
      `DELETE FROM ${table} AS old USING late WHERE old.series = late.series AND old.ts = late.ts AND old.ts BETWEEN $1 AND $2`, bounds, [BIGINT, BIGINT]);
    await writer.run(`INSERT INTO ${table} SELECT series, ts, value FROM late`);
    await writer.run('DELETE FROM late');
  }

  async function writeSeries({ ids, devices, metrics }: SeriesColumns): Promise<void> {
    if (ids.length === 0) return;
    await writer.run('INSERT INTO series SELECT unnest($1), unnest($2), unnest($3) ON CONFLICT DO NOTHING',
      [listValue([...ids]), listValue([...devices]), listValue([...metrics])], [LIST(INTEGER), LIST(VARCHAR), LIST(VARCHAR)]);
  }

  /** One statement may touch a key once, so of a batch's events with one id only the last goes in. */
  async function writeEvents(events: readonly EventRow[]): Promise<void> {
    const rows = [...new Map(events.map((event) => [`${event.device}/${event.id}`, event])).values()];
    if (rows.length === 0) return;
    const text = (pick: (row: EventRow) => string) => listValue(rows.map(pick));
    const whole = (pick: (row: EventRow) => number) => listValue(rows.map((row) => BigInt(pick(row))));
    await writer.run(
      `INSERT INTO event (device, id, ts, tie, type, data) SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)
       ON CONFLICT (device, id) DO UPDATE SET ts = excluded.ts, tie = excluded.tie, type = excluded.type, data = excluded.data`,
      [text((row) => row.device), text((row) => row.id), whole((row) => row.ts), whole((row) => row.tie), text((row) => row.type), text((row) => row.data)],
      [LIST(VARCHAR), LIST(VARCHAR), LIST(BIGINT), LIST(BIGINT), LIST(VARCHAR), LIST(VARCHAR)]);
  }

  async function transaction(work: () => Promise<void>): Promise<void> {
    await writer.run('BEGIN');
    try {
      await work();
      await writer.run('COMMIT');
    } catch (error) {
      await rollBack(error);
      throw error;
    }
  }

  /** A commit that failed has ended the transaction already; then there is nothing to roll back. */
  async function rollBack(cause: unknown): Promise<void> {
    try {
      await writer.run('ROLLBACK');
    } catch (error) {
      // Does the connection still work? If not, this rejects, and the worker is given up and started afresh.
      await writer.run('SELECT 1').catch((dead: unknown) => { throw new DuckdbDeadError(String(cause), { cause: dead ?? error }); });
    }
  }

  return {
    async write({ last, newSeries, points, events }) {
      if (last <= await readPosition(database)) return false;
      const { months, undo } = plan(points);
      try {
        await transaction(async () => {
          await writeSeries(newSeries);
          for (const month of months) await writeMonth(month, points);
          await writeEvents(events);
          await writer.run('UPDATE store SET position = $1', [BigInt(last)], [BIGINT]);
        });
      } catch (error) {
        undo();
        throw error;
      }
      const known = new Set(database.periods.map((period) => period.table));
      const made = months.map((month) => month.period).filter((period) => !known.has(period.table));
      if (made.length > 0) database.periods = [...database.periods, ...made].sort((a, b) => a.start - b.start);
      return true;
    },
    async dropBefore(limits) {
      const gone = database.periods.filter((period) => period.end <= limits.telemetry);
      const cut = database.periods.find((period) => period.start < limits.telemetry && period.end > limits.telemetry);
      await transaction(async () => {
        for (const { table } of gone) await writer.run(`DROP TABLE ${table}`);
        if (cut !== undefined) await writer.run(`DELETE FROM ${cut.table} WHERE ts < $1`, [BigInt(limits.telemetry)], [BIGINT]);
        await writer.run('DELETE FROM event WHERE ts < $1', [BigInt(limits.events)], [BIGINT]);
      });
      database.periods = database.periods.filter((period) => !gone.includes(period));
    },
  };
}

/** The database can't be used any more in this process' memory; the file may still be fine. */
export class DuckdbDeadError extends Error {
  override readonly name = 'DuckdbDeadError';
}

function monthOf(months: Map<string, MonthRows>, period: Period): MonthRows {
  const known = months.get(period.table);
  if (known !== undefined) return known;
  const month: MonthRows = { period, fresh: [], late: new Map() };
  months.set(period.table, month);
  return month;
}
