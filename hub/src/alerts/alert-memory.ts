import { CHATTER, type Alert } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { toAlert } from './alert-rows.js';

/** Of each rule and device the last alert that may have cleared within the last minute, oldest first. Counted from the last clearing there was, whatever the clock says. */
export async function loadLastCleared(db: Db): Promise<Alert[]> {
  const last = await db.selectFrom('alert').select((e) => e.fn.max('cleared_at').as('at')).executeTakeFirst();
  if (last === undefined || last.at === null) return [];
  const rows = await db.selectFrom('alert').selectAll().where('active', '=', 0).where('cleared_at', '>=', last.at - CHATTER.withinMs).orderBy('cleared_at').orderBy('id').execute();
  return rows.map(toAlert);
}

/** Shelved alerts that are the newest of their rule and device (or area), active or not: their next occurrence is born shelved. */
export async function loadShelved(db: Db): Promise<Alert[]> {
  const rows = await db.selectFrom('alert as a').selectAll('a').where('a.shelved_until', 'is not', null).where((e) => e.not(e.exists(
    e.selectFrom('alert as b').select('b.id').whereRef('b.rule_id', '=', 'a.rule_id').whereRef('b.id', '>', 'a.id')
      .where((or) => or.or([or('b.device_id', '=', or.ref('a.device_id')), or.and([or('b.device_id', 'is', null), or('a.device_id', 'is', null), or('b.area', '=', or.ref('a.area'))])])),
  ))).execute();
  return rows.map(toAlert);
}
