import type { Alert, AlertTimelineEntry, EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit } from '../identity/audit-log.js';
import { AppError } from '../problem.js';
import { breathe } from '../breathe.js';
import type { ActiveAlerts } from './active-alerts.js';
import type { AlertClocks } from './alert-clocks.js';
import { addTimelineEntry, saveAlert, toAlert } from './alert-rows.js';
import { latchCondition } from './clear-latch.js';
import { applyStep, type AlertStep, type StepDetail } from './life-cycle.js';

/** What is to happen to an alert; `note` is for the timeline. `audit`: an audit row of this action by `detail.by`, in the same transaction. */
export interface PlannedStep {
  readonly step: AlertStep; readonly detail?: Omit<StepDetail, 'at'>; readonly note?: string | undefined;
  readonly audit?: { readonly action: string; readonly detail?: string };
}
/** In a long run the thread is given up after this many. */
const BREATHE_AFTER = 50;

/** Changes alerts that exist, for people and timers. The rule evaluator writes its own in batches; both take turns on the active alerts. */
export interface AlertWriter {
  /**
   * Reads the alert anew, lets `decide` say what happens (undefined: nothing), writes alert, timeline and change in one transaction and tells screens.
   * What `decide` throws is thrown on, with nothing written. Throws ALERT_NOT_FOUND, and ALERT_NOT_ACTIVE or ALERT_STATE for an illegal step.
   */
  write(id: string, decide: (alert: Alert, at: EpochMs) => PlannedStep | undefined): Promise<Alert>;
  /** The same for many in one transaction. One that is gone or whose step is illegal by then is left out. Answers those that changed. */
  writeAll(ids: readonly string[], decide: (alert: Alert, at: EpochMs) => PlannedStep | undefined): Promise<Alert[]>;
}

export function createAlertWriter({ db, clock, changes, activeAlerts, clocks }: { db: Db; clock: Clock; changes: ChangeLog; activeAlerts: ActiveAlerts; clocks: AlertClocks }): AlertWriter {
  async function read(trx: Transaction<Database>, id: string): Promise<Alert | undefined> {
    const row = await trx.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toAlert(row);
  }

  async function apply(trx: Transaction<Database>, alert: Alert, planned: PlannedStep, at: EpochMs): Promise<Alert> {
    const { step, detail = {}, audit } = planned;
    const changed = applyStep(alert, step, { ...detail, at });
    if (changed === undefined) throw new AppError(alert.active ? 'ALERT_STATE' : 'ALERT_NOT_ACTIVE');
    const stamped = await changes.recordAlert(trx, clocks.after(alert, changed, step, at));
    await saveAlert(trx, stamped);
    await addTimelineEntry(trx, alert.id, entryOf(stamped, planned, at));
    if (step === 'cleared') await latchCondition(trx, alert);
    if (audit !== undefined) await insertAudit(trx, at, [{ by: detail.by ?? 'hub', target: alert.id, ...audit }]);
    return stamped;
  }

  /** `work` in a transaction. When that fails, what was looked at is looked at again before the next turn. */
  async function transact<T>(at: EpochMs, work: (trx: Transaction<Database>, look: (id: string) => Promise<Alert | undefined>) => Promise<T>): Promise<T> {
    const seen: Alert[] = [];
    try {
      return await db.transaction().execute((trx) => work(trx, async (id) => {
        const alert = await read(trx, id);
        if (alert !== undefined) seen.push(alert);
        return alert;
      }));
    } catch (error) {
      if (!(error instanceof AppError)) activeAlerts.doubt(seen, (changed) => { tell(changed, at); });
      throw error;
    }
  }

  function tell(changed: readonly Alert[], at: EpochMs): void {
    for (const alert of changed) activeAlerts.put(alert, at);
    changes.publish(changed.map((alert): Change => ({ seq: alert.seq, area: alert.area, kind: 'alert', alert })));
  }

  return {
    write: async (id, decide) => activeAlerts.exclusive(async () => {
      const at = clock.now();
      const { alert, isChanged } = await transact(at, async (trx, look) => {
        const current = await look(id);
        if (current === undefined) throw new AppError('ALERT_NOT_FOUND');
        const planned = decide(current, at);
        return planned === undefined ? { alert: current, isChanged: false } : { alert: await apply(trx, current, planned, at), isChanged: true };
      });
      if (isChanged) tell([alert], at);
      return alert;
    }),
    writeAll: async (ids, decide) => activeAlerts.exclusive(async () => {
      const at = clock.now();
      const changed = await transact(at, async (trx, look) => {
        const written: Alert[] = [];
        for (const [index, id] of ids.entries()) {
          if (index % BREATHE_AFTER === BREATHE_AFTER - 1) await breathe();
          const current = await look(id);
          const planned = current === undefined ? undefined : decide(current, at);
          if (current === undefined || planned === undefined || applyStep(current, planned.step, { ...planned.detail, at }) === undefined) continue;
          written.push(await apply(trx, current, planned, at));
        }
        return written;
      });
      tell(changed, at);
      return changed;
    }),
  };
}

function entryOf({ tier }: Alert, { step, detail = {}, note }: PlannedStep, at: EpochMs): AlertTimelineEntry {
  const { by, until, reason, assignee } = detail;
  const words = note ?? reason;
  return {
    at, change: step, ...(by === undefined ? {} : { by }), ...(words === undefined ? {} : { note: words }), ...(until === undefined ? {} : { until }),
    ...(step === 'escalated' ? { tier } : {}), ...(typeof assignee === 'string' ? { assignee } : {}),
  };
}
