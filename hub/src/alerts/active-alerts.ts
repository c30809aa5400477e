import type { Alert, AlertTimelineEntry, DeviceId, EpochMs } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { toAlert } from './alert-rows.js';

/** One active alert as the evaluator and the alert service share it. */
export interface ActiveAlert {
  /** Replaced, never changed in place. */
  alert: Alert;
  /** Hub time at which the condition was last seen; reaches the `last_at` column at most every 10 s. */
  seenAt: EpochMs;
  /** When screens were last told of it. */
  publishedAt: EpochMs;
  /** A repetition that screens were not told of yet. */
  unpublished: AlertTimelineEntry | undefined;
}

/**
 * The active alerts, at most one per rule and device, in memory and in step with the database.
 * Whoever changes an alert does so inside `exclusive`, from reading it to publishing it, so that an acknowledgement
 * and a re-grading never overwrite each other and changes are published in the order of their commits.
 */
export interface ActiveAlerts {
  /** Reads them from the database, forgetting what was in memory. */
  load(): Promise<void>;
  find(ruleId: string, device: DeviceId): ActiveAlert | undefined;
  byId(id: string): ActiveAlert | undefined;
  values(): IterableIterator<ActiveAlert>;
  readonly size: number;
  add(alert: Alert): ActiveAlert;
  remove(active: ActiveAlert): void;
  /** Runs these one after the other; not to be nested. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function createActiveAlerts({ db }: { db: Db }): ActiveAlerts {
  const ids = new Map<string, ActiveAlert>();
  const keys = new Map<string, ActiveAlert>();
  let tail: Promise<unknown> = Promise.resolve();

  function add(alert: Alert): ActiveAlert {
    const active: ActiveAlert = { alert, seenAt: alert.lastAt, publishedAt: alert.lastAt, unpublished: undefined };
    ids.set(alert.id, active);
    if (alert.deviceId !== undefined) keys.set(keyOf(alert.ruleId, alert.deviceId), active);
    return active;
  }

  return {
    add,
    async load() {
      const rows = await db.selectFrom('alert').selectAll().where('active', '=', 1).execute();
      ids.clear();
      keys.clear();
      for (const row of rows) add(toAlert(row));
    },
    find: (ruleId, device) => keys.get(keyOf(ruleId, device)),
    byId: (id) => ids.get(id),
    values: () => ids.values(),
    get size() { return ids.size; },
    remove({ alert: { id, ruleId, deviceId } }) {
      ids.delete(id);
      if (deviceId !== undefined) keys.delete(keyOf(ruleId, deviceId));
    },
    exclusive(work) {
      const run = tail.then(work);
      // The next one runs whether or not this one fails; the failure is the caller's.
      tail = run.then(() => undefined, () => undefined);
      return run;
    },
  };
}

/** Ids hold no space. */
const keyOf = (ruleId: string, device: DeviceId): string => `${ruleId} ${device}`;
