import { SEVERITIES, STALE_MS, severityRank, type Alert, type AreaId, type EpochMs, type Severity, type Tier } from '@liandong/protocols';
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { AppError } from '../problem.js';
import { LEAST_ACTIVE_WEIGHT, toAlert, weightOf } from './alert-rows.js';
import type { AlertQuery } from './types.js';

/** Alerts that are found and sorted in about a millisecond or two. */
const FEW = 200;

/** Where a page ends: the sort key of its last alert. */
type Position = Pick<Alert, 'active' | 'severity' | 'raisedAt' | 'id'>;

/** Active first, worst first, then newest, as the index `alert_list` has them. `areas`: only these; undefined: all. Throws AppError CURSOR_INVALID. */
export async function listAlerts(db: Db, { limit, cursor, ...filter }: AlertQuery, { areas, now }: { areas: ReadonlySet<AreaId> | undefined; now: EpochMs }): Promise<{ data: Alert[]; next?: string }> {
  let query = db.selectFrom('alert').selectAll().orderBy('weight', 'desc').orderBy('raised_at', 'desc').orderBy('id', 'desc').limit(limit + 1);
  const { severity } = filter;
  if (areas !== undefined) query = query.where('area', 'in', [...areas]);
  if (filter.active !== undefined) query = query.where('weight', filter.active ? '>=' : '<', LEAST_ACTIVE_WEIGHT);
  if (filter.acked !== undefined) query = query.where('acked', '=', filter.acked ? 1 : 0);
  if (severity !== undefined) query = query.where('weight', 'in', [true, false].map((active) => weightOf({ active, severity })));
  const { tier } = filter;
  // Few are found by their index and sorted. Of a tier that nearly all are of, that would be a look at each: a page of it is soon full in the order of the list.
  if (tier !== undefined) query = await isRare(db, tier) ? query.where('tier', '=', tier) : query.where((e) => e.fn.coalesce('tier', e.val('')), '=', tier);
  if (filter.device !== undefined) query = query.where('device_id', '=', filter.device);
  if (filter.top === true) query = query.where('group_id', 'is', null).where('inhibited_by', 'is', null).where('withheld', '=', 0);
  if (filter.ended !== undefined) query = query.where('ended_by', filter.ended ? 'is not' : 'is', null);
  if (filter.stale !== undefined) query = query.where((e) => isStale(e, now, filter.stale === true));
  if (filter.from !== undefined) query = query.where('raised_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('raised_at', '<', filter.to);
  // A few out of all that ever cleared: by themselves, not by a look at each in the order of the list.
  if (filter.clearedFrom !== undefined) query = query.where('id', 'in', db.selectFrom('alert').select('id').where('active', '=', 0).where('cleared_at', '>=', filter.clearedFrom));
  if (cursor !== undefined) {
    const after = parseCursor(cursor);
    query = query.where(sql<SqlBool>`(weight, raised_at, id) < (${weightOf(after)}, ${after.raisedAt}, ${after.id})`);
  }
  const alerts = (await query.execute()).map(toAlert);
  const data = alerts.slice(0, limit);
  const last = data.at(-1);
  return alerts.length > limit && last !== undefined ? { data, next: toCursor(last) } : { data };
}

/** Has it so few alerts, past ones too, that it costs little to sort them? */
async function isRare(db: Db, tier: Tier): Promise<boolean> {
  return (await db.selectFrom('alert').select('tier').where('tier', '=', tier).limit(FEW + 1).execute()).length <= FEW;
}

/** Active for a day, or (`wanted` false) everything else. */
const isStale = (e: ExpressionBuilder<Database, 'alert'>, now: EpochMs, wanted: boolean): Expression<SqlBool> => wanted
  ? e.and([e('weight', '>=', LEAST_ACTIVE_WEIGHT), e('raised_at', '<=', now - STALE_MS)])
  : e.or([e('weight', '<', LEAST_ACTIVE_WEIGHT), e('raised_at', '>', now - STALE_MS)]);

const toCursor = ({ active, severity, raisedAt, id }: Position): string =>
  Buffer.from(JSON.stringify([active ? 1 : 0, severityRank(severity), raisedAt, id])).toString('base64url');

function parseCursor(cursor: string): Position {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new AppError('CURSOR_INVALID', undefined, { cause });
  }
  if (!Array.isArray(parsed) || parsed.length !== 4) throw new AppError('CURSOR_INVALID');
  const [active, worst, raisedAt, id] = parsed as unknown[];
  const severity: Severity | undefined = SEVERITIES[worst as number]; // of what is no index there is none
  if ((active !== 0 && active !== 1) || severity === undefined || !Number.isSafeInteger(raisedAt) || typeof id !== 'string') throw new AppError('CURSOR_INVALID');
  return { active: active === 1, severity, raisedAt: raisedAt as number, id }; // checked on the line above
}
