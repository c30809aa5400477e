import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../database/database.js';

/**
 * A clearing that says why and not by whom is the hub's own: the device went out of service or was removed, the rule was switched off, changed or gave way to a nearer one. The alert ended, and nothing says that it
 * recovered. What recovered says neither, and what somebody cleared by hand says who did.
 */
export const isEnd = ({ change, by, note }: { change: string; by: string | null; note: string | null }): boolean => change === 'cleared' && by === null && note !== null;
/** The same of a clearing in a query that has the timeline under this name. */
export const isEndIn = (table: string): RawBuilder<boolean> => sql`(${sql.ref(`${table}.by`)} is null and ${sql.ref(`${table}.note`)} is not null)`;

/** Which of these alerts ended so the last time. */
export async function endedOnly(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const last = db.selectFrom('alert_timeline').select((e) => e.fn.max('id').as('id')).where('alert_id', 'in', ids).where('change', '=', 'cleared').groupBy('alert_id');
  const rows = await db.selectFrom('alert_timeline as entry').select('alert_id').where('id', 'in', last).where(isEndIn('entry')).execute();
  return new Set(rows.map(({ alert_id: id }) => id));
}
