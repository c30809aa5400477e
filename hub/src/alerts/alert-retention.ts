import type { EpochMs } from '@liandong/protocols';
import { breathe } from '../breathe.js';
import type { Db } from '../database/database.js';

/** Alerts of one transaction. */
const AT_ONCE = 100;

/** Drops alerts that cleared before a time, with their timelines. One that is active stays, however old, and so does one that its edge holds active while its device is out of service. */
export async function dropAlertsBefore(db: Db, at: EpochMs): Promise<void> {
  for (;;) {
    const old = await db.selectFrom('alert').select('id').where('cleared_at', '<', at).where('active', '=', 0)
      .where('id', 'not in', (e) => e.selectFrom('edge_alert').select('alert_id').where('withheld_at', 'is not', null)).limit(AT_ONCE).execute();
    if (old.length === 0) return;
    const ids = old.map(({ id }) => id);
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom('alert_timeline').where('alert_id', 'in', ids).execute();
      await trx.deleteFrom('alert').where('id', 'in', ids).where('active', '=', 0).execute();
    });
    await breathe();
  }
}
