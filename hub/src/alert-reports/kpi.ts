import type { AlertKpi, EpochMs, Severity } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { breathe } from '../breathe.js';
import { KpiTally, type KpiContext } from './kpi-tally.js';
import type { ReportScope } from './types.js';

/** Alerts of one page: the database keeps the thread while it reads one. */
const PAGE = 250;

/** Reads the range page by page and lets sockets and timers have their turn in between. Children of a parent are left out, and what was withheld: ISA-18.2 counts annunciated alarms. */
export async function readKpi(db: Db, scope: ReportScope, context: KpiContext): Promise<Omit<AlertKpi, 'area'>> {
  const tally = new KpiTally(scope);
  for (let after: { at: EpochMs; id: string } | undefined, isMore = true; isMore;) {
    const { rows, next } = await pageOfRaised(db, scope, after);
    const acks = await firstAcks(db, rows.map(({ id }) => id));
    for (const row of rows) {
      tally.add({
        ruleId: row.rule_id, deviceId: row.device_id, area: row.area, severity: row.severity as Severity, raisedAt: row.raised_at, // written from a typed alert
        firstAckedAt: acks.get(row.id) ?? null, clearedAt: row.ended_by === null ? row.cleared_at : null, isChattering: row.chattering === 1,
      });
    }
    after = next;
    isMore = next !== undefined;
    await breathe();
  }
  return tally.result(context);
}

/** Alerts raised in the range, oldest first, without children of a parent and those of which nobody was told as their device was out of service. `next`: where the following page begins; undefined after the last one. */
export async function pageOfRaised(db: Db, { areas, from, to }: ReportScope, after: { at: EpochMs; id: string } | undefined) {
  let query = db.selectFrom('alert').select(['id', 'rule_id', 'device_id', 'area', 'severity', 'raised_at', 'cleared_at', 'ended_by', 'chattering'])
    .where('raised_at', '>=', after?.at ?? from).where('raised_at', '<', to).where('group_id', 'is', null).where('withheld', '=', 0)
    .orderBy('raised_at').orderBy('id').limit(PAGE);
  if (areas !== undefined) query = query.where('area', 'in', [...areas]);
  // A row value, so that the index finds the place even among thousands raised at once.
  if (after !== undefined) query = query.where((e) => e(e.refTuple('raised_at', 'id'), '>', e.tuple(after.at, after.id)));
  const rows = await query.execute();
  const last = rows.at(-1);
  return { rows, next: rows.length === PAGE && last !== undefined ? { at: last.raised_at, id: last.id } : undefined };
}

/** When each was first acknowledged; a later re-grading or escalation takes the acknowledgement off the alert, but not out of its timeline. */
export async function firstAcks(db: Db, ids: readonly string[]): Promise<Map<string, EpochMs>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('alert_timeline').select(['alert_id', (e) => e.fn.min('at').as('at')]).where('alert_id', 'in', ids).where('change', '=', 'acked').groupBy('alert_id').execute();
  return new Map(rows.map(({ alert_id: id, at }) => [id, at]));
}
