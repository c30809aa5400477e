import type { Command, CommandType, EpochMs } from '@liandong/protocols';
import type { Selectable } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';

export type CommandRow = Selectable<Database['command']>;

/** Rows are written from a Command only, so the casts name what was put in. */
export const toCommand = (row: CommandRow): Command => ({
  id: row.id, device: row.device, type: row.type as CommandType,
  ...(row.data === null ? {} : { data: JSON.parse(row.data) as Record<string, unknown> }),
  by: row.by, at: row.at, state: row.state,
  ...(row.answered_at === null ? {} : { answeredAt: row.answered_at }),
  ...(row.error === null ? {} : { error: row.error }),
});

/** Drops commands that were settled and are older than a time, for retention. */
export async function dropCommandsBefore(db: Db, at: EpochMs): Promise<void> {
  await db.deleteFrom('command').where('at', '<', at).where('state', '!=', 'pending').execute();
}
