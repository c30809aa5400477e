import type { EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';

/** How far publishing has come. */
export interface AggregateState { readonly log: string; readonly changeNo: number; readonly watermark: EpochMs; readonly droppedTo: number }

export async function readState(db: Db | Transaction<Database>): Promise<AggregateState | undefined> {
  const row = await db.selectFrom('aggregate_state').selectAll().where('id', '=', 1).executeTakeFirst();
  return row && { log: row.log, changeNo: row.change_no, watermark: row.watermark, droppedTo: row.dropped_to };
}

/** The state, or that of a hub that has published nothing. */
export const stateOrNone = async (db: Db): Promise<AggregateState> => await readState(db) ?? { log: '', changeNo: 0, watermark: 0, droppedTo: 0 };

/** The state, made when there is none: nothing is published yet, and what ends from `watermark` on will be. */
export async function ensureState(db: Db, first: { log: string; watermark: EpochMs }): Promise<AggregateState> {
  await db.insertInto('aggregate_state').values({ id: 1, ...first, change_no: 0, dropped_to: 0 }).onConflict((conflict) => conflict.doNothing()).execute();
  const state = await readState(db);
  if (state === undefined) throw new Error('aggregate_state has no row'); // just made
  return state;
}

/** Moves the watermark, forward after publishing, or back after a step back of the hub's clock. */
export async function moveWatermark(db: Db, watermark: EpochMs): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { change_no } = await trx.updateTable('aggregate_state').set({ watermark }).where('id', '=', 1).returning('change_no').executeTakeFirstOrThrow();
    await trx.deleteFrom('aggregate_mark').where('watermark', '>=', watermark).execute();
    await trx.insertInto('aggregate_mark').values({ watermark, change_no }).execute();
  });
}

/** A change number below which no window lies that starts at `from` or later. */
export async function changeBefore(db: Db, from: EpochMs): Promise<number> {
  const row = await db.selectFrom('aggregate_mark').select('change_no').where('watermark', '<=', from).orderBy('watermark', 'desc').limit(1).executeTakeFirst();
  return row?.change_no ?? 0;
}
