import type { Alert } from '@liandong/protocols';
import type { ActiveAlerts } from '../alerts/active-alerts.js';
import { readAlerts, recordAlerts } from '../alerts/alert-changes.js';
import { toChange, type ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { EscalationClocks } from './escalation-clocks.js';

/** Writes alerts whose clock is not right with one that is, in one transaction, and tells screens. Nothing happened to the alert itself, so its timeline says nothing. */
export type ClockMender = (ids: readonly string[]) => Promise<void>;

export function createClockMender({ db, clock, changes, activeAlerts, clocks }: { db: Db; clock: Clock; changes: ChangeLog; activeAlerts: ActiveAlerts; clocks: EscalationClocks }): ClockMender {
  return async (ids) => activeAlerts.exclusive(async () => {
    const now = clock.now();
    let found: ReadonlyMap<string, Alert> = new Map();
    const mended = await db.transaction().execute(async (trx) => {
      found = await readAlerts(trx, ids);
      return recordAlerts(trx, changes, { alerts: [...found.values()].flatMap((alert) => clocks.corrected(alert, now) ?? []) });
    }).catch((error: unknown) => {
      activeAlerts.doubt([...found.values()], tell);
      throw error;
    });
    tell(mended);
  });

  function tell(mended: readonly Alert[]): void {
    for (const alert of mended) {
      const shared = activeAlerts.byId(alert.id);
      if (shared !== undefined) shared.alert = alert;
    }
    changes.publish(mended.map(toChange));
  }
}
