import type { DeviceId } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Database } from '../database/schema.js';

/** Adds to what the hub wants of a device, or to what the device has said of itself. */
export async function mergeTwin(trx: Transaction<Database>, device: DeviceId, side: 'desired' | 'reported', facts: Readonly<Record<string, unknown>>): Promise<void> {
  const row = await trx.selectFrom('device').select(side).where('id', '=', device).executeTakeFirst();
  if (row === undefined) return;
  const before = JSON.parse(row[side] ?? '{}') as Record<string, unknown>; // written here only
  await trx.updateTable('device').set({ [side]: JSON.stringify({ ...before, ...facts }) }).where('id', '=', device).execute();
}
