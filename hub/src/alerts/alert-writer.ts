import { isBlank, type Alert, type AlertTimelineEntry, type EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import { toChange, type ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import { isDatabaseFailure } from '../database/database-failure.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit } from '../identity/audit-log.js';
import { AppError } from '../problem.js';
import type { ActiveAlerts } from './active-alerts.js';
import type { AlertClocks } from './alert-clocks.js';
import { readAlerts, recordAlerts } from './alert-changes.js';
import { saidOn } from './alert-timeline.js';
import { latchCondition } from './clear-latch.js';
import { illegalStep } from './illegal-step.js';
import { applyStep, type AlertStep, type StepDetail } from './life-cycle.js';

/**
 * What is to happen to an alert; `note` is for the timeline. `audit`: an audit row of this action by `detail.by`, in the same transaction. `isSaidOnce`: it is left out when the timeline has these words of
 * `detail.by` already.
 */
export interface PlannedStep {
  readonly step: AlertStep; readonly detail?: Omit<StepDetail, 'at'>; readonly note?: string | undefined; readonly isSaidOnce?: boolean;
  readonly audit?: { readonly action: string; readonly detail?: string };
}
/** Decided, and not written yet. */
interface Stepped { readonly before: Alert; readonly after: Alert; readonly planned: PlannedStep }

/** Changes alerts that exist, for people and timers. The rule evaluator writes its own in batches; both take turns on the active alerts. */
export interface AlertWriter {
  /**
   * Reads the alert anew, lets `decide` say what happens (undefined: nothing), writes alert, timeline and change in one transaction and tells screens.
   * What `decide` throws is thrown on, with nothing written. Throws ALERT_NOT_FOUND, and ALERT_NOT_ACTIVE or ALERT_STATE for an illegal step.
   */
  write(id: string, decide: (alert: Alert, at: EpochMs) => PlannedStep | undefined): Promise<Alert>;
  /** The same for many in one transaction; each id once, a few hundred at most. One that is gone or whose step is illegal by then is left out. Answers those that changed. */
  writeAll(ids: readonly string[], decide: (alert: Alert, at: EpochMs) => PlannedStep | undefined): Promise<readonly Alert[]>;
}

export function createAlertWriter({ db, clock, changes, activeAlerts, clocks }: { db: Db; clock: Clock; changes: ChangeLog; activeAlerts: ActiveAlerts; clocks: AlertClocks }): AlertWriter {
  /** Undefined where the step is illegal. */
  function stepped(before: Alert, planned: PlannedStep, at: EpochMs): Stepped | undefined {
    const after = applyStep(before, planned.step, { ...planned.detail, at });
    return after === undefined ? undefined : { before, after: clocks.after(before, after, planned.step, at), planned };
  }

  async function record(trx: Transaction<Database>, steps: readonly Stepped[], at: EpochMs): Promise<readonly Alert[]> {
    for (const { before, planned: { step } } of steps) if (step === 'cleared') await latchCondition(trx, before);
    await insertAudit(trx, at, steps.flatMap(({ before: { id }, planned: { detail, audit } }) => audit === undefined ? [] : [{ by: detail?.by ?? 'hub', target: id, ...audit }]));
    return recordAlerts(trx, changes, {
      alerts: steps.map(({ after }) => after), timeline: steps.map(({ after, planned }) => ({ alertId: after.id, entry: entryOf(after, planned, at) })),
    });
  }

  /** One turn and one transaction. When that fails, what was looked at is looked at again before the next turn. */
  async function change(ids: readonly string[], decide: (found: ReadonlyMap<string, Alert>, at: EpochMs) => readonly Stepped[]): Promise<readonly Alert[]> {
    return activeAlerts.exclusive(async () => {
      const at = clock.now();
      let found: ReadonlyMap<string, Alert> = new Map();
      try {
        const changed = await db.transaction().execute(async (trx) => {
          found = await readAlerts(trx, ids);
          return record(trx, await unsaid(trx, decide(found, at)), at);
        });
        tell(changed, at);
        return changed;
      } catch (error) {
        // A refusal of ours came before anything was written; a database that went away may have been about to answer that it stands.
        if (!(error instanceof AppError) || isDatabaseFailure(error)) activeAlerts.doubt([...found.values()], (those) => { tell(those, at); });
        throw error;
      }
    });
  }

  function tell(changed: readonly Alert[], at: EpochMs): void {
    for (const alert of changed) activeAlerts.put(alert, at);
    changes.publish(changed.map(toChange));
  }

  return {
    async write(id, decide) {
      let current: Alert | undefined;
      const [changed] = await change([id], (found, at) => {
        current = found.get(id);
        if (current === undefined) throw new AppError('ALERT_NOT_FOUND');
        const planned = decide(current, at);
        if (planned === undefined) return [];
        const step = stepped(current, planned, at);
        if (step === undefined) throw illegalStep(current, planned.step);
        return [step];
      });
      return changed ?? current!; // there, or it has thrown
    },
    writeAll: (ids, decide) => change(ids, (found, at) => [...new Set(ids)].flatMap((id) => {
      const current = found.get(id);
      const planned = current === undefined ? undefined : decide(current, at);
      return current === undefined || planned === undefined ? [] : stepped(current, planned, at) ?? [];
    })),
  };
}

/** Without those whose words are on the timeline already. */
async function unsaid(trx: Transaction<Database>, steps: readonly Stepped[]): Promise<readonly Stepped[]> {
  const asked = steps.flatMap(({ before: { id }, planned: { isSaidOnce, detail, note } }) => isSaidOnce === true && note !== undefined ? [{ id, by: detail?.by, note }] : []);
  if (asked.length === 0) return steps;
  const isSaid = await saidOn(trx, asked);
  return steps.filter(({ before: { id }, planned: { isSaidOnce, detail, note } }) => isSaidOnce !== true || !isSaid({ id, by: detail?.by, note }));
}

function entryOf({ tier }: Alert, { step, detail = {}, note }: PlannedStep, at: EpochMs): AlertTimelineEntry {
  const { by, until, reason, assignee } = detail;
  const words = note === undefined || isBlank(note) ? reason : note;
  return {
    at, change: step, ...(by === undefined ? {} : { by }), ...(words === undefined ? {} : { note: words }), ...(until === undefined ? {} : { until }),
    ...(step === 'escalated' ? { tier } : {}), ...(typeof assignee === 'string' ? { assignee } : {}),
  };
}
