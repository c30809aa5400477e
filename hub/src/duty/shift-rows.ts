import type { Shift, Tier } from '@liandong/protocols';
import type { Selectable } from 'kysely';
import type { Database } from '../database/schema.js';

type ShiftRow = Selectable<Database['shift']>;

/** Casts: rows are written by `toRow` from a typed shift. */
export const toShift = (row: ShiftRow): Shift => ({
  id: row.id, name: row.name, tier: row.tier as Tier, area: row.area, weekdays: JSON.parse(row.weekdays) as number[], start: row.starts, end: row.ends, users: JSON.parse(row.users) as string[],
  ...(row.valid_from === null ? {} : { validFrom: row.valid_from }), ...(row.valid_to === null ? {} : { validTo: row.valid_to }),
  ...(row.holidays === null ? {} : { holidays: row.holidays as NonNullable<Shift['holidays']> }),
  version: row.version, ...(row.updated_at === null ? {} : { updatedAt: row.updated_at }), ...(row.updated_by === null ? {} : { updatedBy: row.updated_by }),
});

export const toRow = (shift: Shift): ShiftRow => ({
  id: shift.id, name: shift.name, tier: shift.tier, area: shift.area, weekdays: JSON.stringify(shift.weekdays), starts: shift.start, ends: shift.end, users: JSON.stringify(shift.users),
  valid_from: shift.validFrom ?? null, valid_to: shift.validTo ?? null, holidays: shift.holidays ?? null,
  version: shift.version ?? 1, updated_at: shift.updatedAt ?? null, updated_by: shift.updatedBy ?? null,
});
