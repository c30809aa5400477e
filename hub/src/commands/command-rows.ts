import type { Command, CommandType } from '@liandong/protocols';
import type { Selectable } from 'kysely';
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
