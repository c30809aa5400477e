import type { Alert } from '@liandong/protocols';
import type { ActiveAlerts } from '../alerts/active-alerts.js';
import { saveAlert, toAlert } from '../alerts/alert-rows.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { EscalationClocks } from './escalation-clocks.js';

/** Writes alerts whose clock is not right with one that is, in one transaction, and tells screens. Nothing happened to the alert itself, so its timeline says nothing. */
export type ClockMender = (ids: readonly string[]) => Promise<void>;

export function createClockMender({ db, clock, changes, activeAlerts, clocks }: { db: Db; clock: Clock; changes: ChangeLog; activeAlerts: ActiveAlerts; clocks: EscalationClocks }): ClockMender {
  return async (ids) => activeAlerts.exclusive(async () => {
    const now = clock.now();
    const seen: Alert[] = [];
    const mended = await db.transaction().execute(async (trx) => {
      const written: Alert[] = [];
      for (const id of ids) {
        const row = await trx.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined) continue;
        const alert = toAlert(row);
        const corrected = clocks.corrected(alert, now);
        if (corrected === undefined) continue;
        seen.push(alert);
        const stamped = await changes.recordAlert(trx, corrected);
        await saveAlert(trx, stamped);
        written.push(stamped);
      }
      return written;
    }).catch((error: unknown) => {
      activeAlerts.doubt(seen, tell);
      throw error;
    });
    tell(mended);
  });

  function tell(mended: readonly Alert[]): void {
    for (const alert of mended) {
      const shared = activeAlerts.byId(alert.id);
      if (shared !== undefined) shared.alert = alert;
    }
    changes.publish(mended.map((alert): Change => ({ seq: alert.seq, area: alert.area, kind: 'alert', alert })));
  }
}
