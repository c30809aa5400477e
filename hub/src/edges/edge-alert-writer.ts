import type { Alert, DeviceId, EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { ActiveAlert, ActiveAlerts, Doubtful } from '../alerts/active-alerts.js';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import { addTimelineEntries, saveAlert, toAlert } from '../alerts/alert-rows.js';
import { applyStep } from '../alerts/life-cycle.js';
import { toChange, type ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { DeviceEntry } from '../devices/types.js';
import type { OutOfService } from '../maintenance/types.js';
import { whyUnwatched } from '../maintenance/why-unwatched.js';
import type { Merged } from './alert-merge.js';
import { inService, type Known } from './in-service.js';

export interface EdgeAlertWriterDependencies {
  readonly db: Db; readonly clock: Clock; readonly changes: ChangeLog; readonly activeAlerts: ActiveAlerts; readonly clocks: AlertClocks; readonly outOfService: OutOfService;
  /** Lets the rule's condition know of it; see `RuleEvaluator.adopt`. */
  readonly adopt: (active: ActiveAlert) => void;
}

/** What was written of one alert: before, where it was known, and now. */
export interface Written { readonly before: Alert | undefined; readonly alert: Alert }
/** `seen`: gets what was looked at. */
export interface Turn { readonly trx: Transaction<Database>; readonly at: EpochMs; readonly seen: Doubtful[] }
/** Whose alert it is, up to which entry of the edge's history it was taken, and its device as it is registered; undefined: that is gone. */
export interface Origin { readonly edge: DeviceId; readonly entry: number; readonly device: DeviceEntry | undefined }

/** Writes alerts that edges raised as they are at the hub: for the reader that takes them in, and for what was withheld while devices were out of service. */
export interface EdgeAlertWriter {
  /** One turn of the active alerts and one transaction; then screens are told, and memory is in step. */
  turn(work: (turn: Turn) => Promise<readonly Written[]>): Promise<void>;
  /** `merged`: the alert as its edge has it. */
  put(turn: Turn, merged: Merged, known: Known & Origin): Promise<readonly Written[]>;
}

export function createEdgeAlertWriter({ db, clock, changes, activeAlerts, clocks, outOfService, adopt }: EdgeAlertWriterDependencies): EdgeAlertWriter {
  /** At most one alert of a rule and device is active: the edge's, which goes by more than what has come here. */
  async function endRival({ trx, at, seen }: Turn, { id, ruleId, deviceId }: Alert): Promise<Written[]> {
    const rows = await trx.selectFrom('alert').selectAll().where('rule_id', '=', ruleId).where('device_id', '=', deviceId ?? '').where('active', '=', 1).where('id', '!=', id).execute();
    seen.push(...rows.map(({ id: rival, seq }) => ({ id: rival, seq })));
    const written: Written[] = [];
    for (const before of rows.map(toAlert)) {
      const cleared = applyStep(before, 'cleared', { at, endedBy: 'superseded' });
      if (cleared !== undefined) written.push({ before, alert: await write(trx, { alert: clocks.after(before, cleared, 'cleared', at), entries: [{ at, change: 'cleared', endedBy: 'superseded', note: 'the edge has it' }] }) });
    }
    return written;
  }

  async function write(trx: Transaction<Database>, { alert, entries }: Merged): Promise<Alert> {
    const stamped = await changes.recordAlert(trx, alert);
    await saveAlert(trx, stamped);
    await addTimelineEntries(trx, entries.map((entry) => ({ alertId: alert.id, entry })));
    return stamped;
  }

  /** In memory what is in the database. */
  function follow({ before, alert }: Written, at: EpochMs): void {
    const standing = activeAlerts.byId(alert.id);
    if (alert.active && standing === undefined) return adopt(stand(alert, before, at));
    if (!alert.active && standing !== undefined) {
      standing.owner?.endedAtEdge();
      standing.owner = undefined;
    }
    activeAlerts.put(alert, at);
  }

  function stand(alert: Alert, before: Alert | undefined, at: EpochMs): ActiveAlert {
    const past = before === undefined ? undefined : activeAlerts.past(alert, at);
    if (past?.alert.id !== alert.id) return activeAlerts.add(alert);
    past.alert = alert;
    activeAlerts.reopen(past);
    return past;
  }

  function tell(written: readonly Written[], at: EpochMs): void {
    for (const one of written) follow(one, at);
    changes.publish(written.map(({ alert }) => toChange(alert)));
  }

  return {
    turn: (work) => activeAlerts.exclusive(async () => {
      const at = clock.now();
      const seen: Doubtful[] = [];
      try {
        tell(await db.transaction().execute((trx) => work({ trx, at, seen })), at);
      } catch (error) {
        activeAlerts.doubt(seen, (changed) => { tell(changed.map((alert) => ({ before: alert, alert })), at); });
        throw error;
      }
    }),

    async put(turn, asAtEdge, { before, isWithheld: was, edge, entry, device }) {
      const { trx, at } = turn;
      const why = device === undefined ? undefined : whyUnwatched(device, outOfService, at);
      const { merged, isWithheld } = inService(asAtEdge, { before, isWithheld: was }, { why, at, clocks });
      const ended = merged.alert.active ? await endRival(turn, merged.alert) : [];
      const alert = await write(trx, merged);
      const mark = { entry, withheld_at: isWithheld ? alert.clearedAt ?? at : null };
      await trx.insertInto('edge_alert').values({ alert_id: alert.id, edge, ...mark }).onConflict((conflict) => conflict.column('alert_id').doUpdateSet(mark)).execute();
      return [...ended, { before, alert }];
    },
  };
}
