import type { AuditEntry, EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import { breathe } from '../breathe.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { AppError } from '../problem.js';
import type { AuditLog } from './types.js';

/** Longest name or detail kept; what people type must not fill the disk. */
const LONGEST_TEXT = 500;
const cut = (text: string): string => text.slice(0, LONGEST_TEXT);

export interface AuditRow { by: string; action: string; target: string; detail?: string }

/** Rows inside the caller's transaction: they are there exactly when its effects are. A few hundred at most. */
export async function insertAudit(trx: Pick<Transaction<Database>, 'insertInto'>, at: EpochMs, rows: readonly AuditRow[]): Promise<void> {
  if (rows.length === 0) return;
  await trx.insertInto('audit').values(rows.map(({ by, action, target, detail }) => ({ at, by: cut(by), action, target: cut(target), detail: detail === undefined ? null : cut(detail) }))).execute();
}

export interface AuditReader {
  /** Newest first. `among`: only rows of these names, and of these actions whoever did them. Throws CURSOR_INVALID. */
  page(query: { limit: number; cursor?: string; target?: string; among?: { by: readonly string[]; actions: readonly string[] } }): Promise<{ data: AuditEntry[]; next?: string }>;
}

/** Rows looked at together. */
const DROPPED_AT_ONCE = 500;

/** Drops rows older than a time, for retention. They were written in the order of their times, so the first that is younger ends it. */
export async function dropAuditBefore(db: Db, at: EpochMs): Promise<void> {
  for (;;) {
    const oldest = await db.selectFrom('audit').select(['id', 'at']).orderBy('id').limit(DROPPED_AT_ONCE).execute();
    const past = oldest.filter((row) => row.at < at).map(({ id }) => id);
    if (past.length === 0) return;
    await db.deleteFrom('audit').where('id', 'in', past).execute();
    await breathe();
  }
}

/** Who did what to what, append-only. Callers never put a secret or a payload into `detail`. */
export function createAuditLog({ db, clock }: { db: Db; clock: Clock }): AuditLog & AuditReader {
  return {
    record: (row) => insertAudit(db, clock.now(), [row]),
    async page({ limit, cursor, target, among }) {
      let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit + 1);
      if (cursor !== undefined) query = query.where('id', '<', positionOf(cursor));
      if (target !== undefined) query = query.where('target', '=', target);
      if (among !== undefined) query = query.where((e) => e.or([e('by', 'in', [...among.by]), e('action', 'in', [...among.actions])]));
      const rows = await query.execute();
      const data = rows.slice(0, limit).map(({ detail, ...row }): AuditEntry => detail === null ? row : { ...row, detail });
      const last = data.at(-1);
      return rows.length > limit && last !== undefined ? { data, next: String(last.id) } : { data };
    },
  };
}

function positionOf(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new AppError('CURSOR_INVALID');
  return Number(cursor);
}
