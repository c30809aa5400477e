import { METRICS, METRIC_KEYS, WINDOW_MS, type AggregateRow, type AggregateWindow, type AreaId, type EpochMs, type MetricKey } from '@liandong/protocols';
import { sql, type SelectQueryBuilder } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { breathe } from '../breathe.js';

/** What is asked for; `areas` undefined: all. */
export interface RowFilter {
  readonly areas: readonly AreaId[] | undefined; readonly metric: MetricKey | undefined; readonly window: AggregateWindow | undefined;
  readonly from: EpochMs | undefined; readonly to: EpochMs | undefined;
}
/** Changes after one number and up to another. */
export interface ChangeRange { readonly after: number; readonly upTo: number }

/** Change numbers looked through in one statement, and in one request: a page may come short, and the next goes on from there. */
const NUMBERS = 2_500;
const MOST_NUMBERS = 200_000;
/** Of one area a month is few enough rows to be sorted. */
const SHORT_MS = 31 * 86_400_000;

const COLUMNS = ['area', 'metric', 'window', 'start', 'change_no', 'revision', 'count', 'sum', 'min', 'max', 'last', 'devices', 'coverage'] as const;
type Row = Pick<Database['aggregate'], (typeof COLUMNS)[number]>;
type Query = SelectQueryBuilder<Database, 'aggregate', Row>;

/** At most `limit` rows in the order of their changes; `reached`: there are no more rows up to this number. */
export async function readChanges(db: Db, filter: RowFilter, range: ChangeRange, limit: number): Promise<{ data: AggregateRow[]; reached: number }> {
  if (filter.areas?.length === 0) return { data: [], reached: range.upTo };
  return isNarrow(filter) ? readNarrow(db, filter, range, limit) : readAlong(db, filter, range, limit);
}

const isNarrow = ({ areas, metric, window, from, to }: RowFilter): boolean =>
  areas?.length === 1 && window !== undefined && (metric !== undefined || (from !== undefined && to !== undefined && to - from <= SHORT_MS));

/** By the key of the table, for a chart. Expressions around a column keep its index out of the plan. */
async function readNarrow(db: Db, filter: RowFilter, { after, upTo }: ChangeRange, limit: number): Promise<{ data: AggregateRow[]; reached: number }> {
  const change = sql<number>`coalesce(change_no, 0)`;
  let query: Query = db.selectFrom('aggregate').select(COLUMNS).where('area', '=', filter.areas?.[0] ?? '').where('window', '=', filter.window ?? '')
    .where('metric', 'in', filter.metric === undefined ? METRIC_KEYS : [filter.metric]).where(change, '>', after).where(change, '<=', upTo).orderBy(change).limit(limit);
  query = inTime(query, filter);
  return pageOf(await query.execute(), limit, upTo);
}

/** Along the changes, a stretch at a time, for a puller. */
async function readAlong(db: Db, filter: RowFilter, { after, upTo }: ChangeRange, limit: number): Promise<{ data: AggregateRow[]; reached: number }> {
  const rows: Row[] = [];
  let reached = after;
  while (reached < upTo && reached - after < MOST_NUMBERS) {
    const end = Math.min(reached + NUMBERS, upTo);
    let query: Query = db.selectFrom('aggregate').select(COLUMNS).where('change_no', '>', reached).where('change_no', '<=', end).orderBy('change_no').limit(limit - rows.length);
    if (filter.areas !== undefined) query = query.where(sql<string>`coalesce(area, '')`, 'in', filter.areas);
    if (filter.metric !== undefined) query = query.where(sql<string>`coalesce(metric, '')`, '=', filter.metric);
    if (filter.window !== undefined) query = query.where('window', '=', filter.window);
    rows.push(...await inTime(query, filter).execute());
    if (rows.length >= limit) return pageOf(rows, limit, end);
    reached = end;
    await breathe();
  }
  return { data: rows.map(toAggregateRow), reached };
}

function inTime(query: Query, { from, to }: RowFilter): Query {
  const later = from === undefined ? query : query.where('start', '>=', from);
  return to === undefined ? later : later.where('start', '<', to);
}

const pageOf = (rows: readonly Row[], limit: number, upTo: number): { data: AggregateRow[]; reached: number } =>
  ({ data: rows.map(toAggregateRow), reached: rows.length < limit ? upTo : rows.at(-1)?.change_no ?? upTo });

/** Casts: rows are written with metrics and windows of the catalogue only. */
function toAggregateRow({ area, metric, window, start, revision, count, sum, min, max, last, devices, coverage }: Row): AggregateRow {
  const [key, length] = [metric as MetricKey, window as AggregateWindow];
  return { area, metric: key, unit: METRICS[key].unit, window: length, start, end: start + WINDOW_MS[length], count, mean: sum / count, min, max, last, devices, coverage, revision };
}
