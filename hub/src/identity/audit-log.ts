import type { AuditEntry } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { AppError } from '../problem.js';
import type { AuditLog } from './types.js';

/** Longest name or detail kept; what people type must not fill the disk. */
const LONGEST_TEXT = 500;
const cut = (text: string): string => text.slice(0, LONGEST_TEXT);

export interface AuditReader {
  /** Newest first. `by`: only rows of these names. Throws CURSOR_INVALID. */
  page(query: { limit: number; cursor?: string; by?: readonly string[] }): Promise<{ data: AuditEntry[]; next?: string }>;
}

/** Who did what to what, append-only. Callers never put a secret or a payload into `detail`. */
export function createAuditLog({ db, clock }: { db: Db; clock: Clock }): AuditLog & AuditReader {
  return {
    async record({ by, action, target, detail }) {
      await db.insertInto('audit').values({ at: clock.now(), by: cut(by), action, target: cut(target), detail: detail === undefined ? null : cut(detail) }).execute();
    },
    async page({ limit, cursor, by }) {
      let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit + 1);
      if (cursor !== undefined) query = query.where('id', '<', positionOf(cursor));
      if (by !== undefined) query = query.where('by', 'in', [...by]);
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
