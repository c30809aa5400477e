import { SEVERITIES, STALE_MS, severityRank, type Alert, type AreaId, type EpochMs } from '@liandong/protocols';
import { sql, type ExpressionBuilder, type SqlBool, type Expression } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { AppError } from '../problem.js';
import { toAlert } from './alert-rows.js';
import type { AlertQuery } from './types.js';

/** Where a page ends: the sort key of its last alert. */
type Position = [active: number, rank: number, raisedAt: number, id: string];

/** X.733 rank in SQL; severities are stored by name. */
const rank = sql<number>`case severity ${sql.join(SEVERITIES.map((severity, index) => sql`when ${severity} then ${sql.lit(index)}`), sql` `)} else 9 end`;

/** Active first, worst first, then newest. `areas`: only these; undefined: all. Throws AppError CURSOR_INVALID. */
export async function listAlerts(db: Db, { limit, cursor, ...filter }: AlertQuery, { areas, now }: { areas: ReadonlySet<AreaId> | undefined; now: EpochMs }): Promise<{ data: Alert[]; next?: string }> {
  let query = db.selectFrom('alert').selectAll()
    .orderBy('active', 'desc').orderBy(rank).orderBy('raised_at', 'desc').orderBy('id', 'desc').limit(limit + 1);
  if (areas !== undefined) query = query.where('area', 'in', [...areas]);
  if (filter.active !== undefined) query = query.where('active', '=', filter.active ? 1 : 0);
  if (filter.acked !== undefined) query = query.where('acked', '=', filter.acked ? 1 : 0);
  if (filter.severity !== undefined) query = query.where('severity', '=', filter.severity);
  if (filter.tier !== undefined) query = query.where('tier', '=', filter.tier);
  if (filter.device !== undefined) query = query.where('device_id', '=', filter.device);
  if (filter.top === true) query = query.where('group_id', 'is', null).where('inhibited_by', 'is', null);
  if (filter.stale !== undefined) query = query.where((e) => isStale(e, now, filter.stale === true));
  if (filter.from !== undefined) query = query.where('raised_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('raised_at', '<', filter.to);
  if (filter.clearedFrom !== undefined) query = query.where('active', '=', 0).where('cleared_at', '>=', filter.clearedFrom);
  if (cursor !== undefined) {
    const position = parseCursor(cursor);
    query = query.where((e) => isAfter(e, position));
  }
  const alerts = (await query.execute()).map(toAlert);
  const data = alerts.slice(0, limit);
  const last = data.at(-1);
  return alerts.length > limit && last !== undefined ? { data, next: toCursor(last) } : { data };
}

/** Active for a day, or (`wanted` false) everything else. */
const isStale = (e: ExpressionBuilder<Database, 'alert'>, now: EpochMs, wanted: boolean): Expression<SqlBool> => wanted
  ? e.and([e('active', '=', 1), e('raised_at', '<=', now - STALE_MS)])
  : e.or([e('active', '=', 0), e('raised_at', '>', now - STALE_MS)]);

/** Every comparison spelled out: the columns sort in different directions. */
function isAfter(e: ExpressionBuilder<Database, 'alert'>, [active, worst, raisedAt, id]: Position): Expression<SqlBool> {
  return e.or([
    e('active', '<', active),
    e.and([e('active', '=', active), e(rank, '>', worst)]),
    e.and([e('active', '=', active), e(rank, '=', worst), e('raised_at', '<', raisedAt)]),
    e.and([e('active', '=', active), e(rank, '=', worst), e('raised_at', '=', raisedAt), e('id', '<', id)]),
  ]);
}

function toCursor({ active, severity, raisedAt, id }: Alert): string {
  const position: Position = [active ? 1 : 0, severityRank(severity), raisedAt, id];
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function parseCursor(cursor: string): Position {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new AppError('CURSOR_INVALID', undefined, { cause });
  }
  if (!Array.isArray(parsed) || parsed.length !== 4) throw new AppError('CURSOR_INVALID');
  const [active, worst, raisedAt, id] = parsed as unknown[];
  if (!Number.isFinite(active) || !Number.isFinite(worst) || !Number.isFinite(raisedAt) || typeof id !== 'string') throw new AppError('CURSOR_INVALID');
  return [active as number, worst as number, raisedAt as number, id]; // checked on the line above
}
