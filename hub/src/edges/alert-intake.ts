import type { Alert, AreaId, EdgeAlertRecord, EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { ActiveAlert, ActiveAlerts, Doubtful } from '../alerts/active-alerts.js';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import { addTimelineEntries, saveAlert, toAlert } from '../alerts/alert-rows.js';
import { applyStep } from '../alerts/life-cycle.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { JournalHandler } from '../journal/types.js';
import { firstOf, mergedWith, type Merged } from './alert-merge.js';

export interface AlertIntakeDependencies {
  readonly db: Db; readonly clock: Clock; readonly changes: ChangeLog; readonly activeAlerts: ActiveAlerts; readonly clocks: AlertClocks; readonly directory: DeviceDirectory; readonly areas: AreaTree;
  /** Lets the rule's condition know of it; see `RuleEvaluator.adopt`. */
  readonly adopt: (active: ActiveAlert) => void;
}

/** What was written of one alert: before, where it was known, and now. */
interface Written { readonly before: Alert | undefined; readonly alert: Alert }

/**
 * Reader of the journal that keeps the hub's picture of alerts that edges raised: the same alert under the same id, as it stands there. How far each alert's history was
 * taken stands with it, in the same transaction, so a record that comes twice, or after a newer one, changes nothing.
 */
export function createAlertIntake({ db, clock, changes, activeAlerts, clocks, directory, areas, adopt }: AlertIntakeDependencies): JournalHandler {
  /** `seen`: gets what was looked at. */
  async function merge(trx: Transaction<Database>, record: EdgeAlertRecord, { at, seen }: { at: EpochMs; seen: Doubtful[] }): Promise<Written[]> {
    const row = await trx.selectFrom('alert').selectAll().where('id', '=', record.alert.id).executeTakeFirst();
    seen.push({ id: record.alert.id, seq: row?.seq });
    const mark = await trx.selectFrom('edge_alert').select(['edge', 'entry']).where('alert_id', '=', record.alert.id).executeTakeFirst();
    // An id of the hub's own, or of another edge: nobody writes over that.
    if (row !== undefined && mark?.edge !== record.edge) return [];
    const fresh = record.entries.filter(({ n }) => n > (mark?.entry ?? 0)).sort((a, b) => a.n - b.n);
    const before = row === undefined ? undefined : toAlert(row);
    const area = areaOf(record);
    if (area === undefined) return [];
    const merged = before === undefined ? firstOf(record, { area, at, clocks }) : mergedWith(before, record, fresh, { at, clocks });
    if (before !== undefined && merged.entries.length === 0 && merged.alert.count === before.count && merged.alert.lastAt === before.lastAt) return [];
    const ended = merged.alert.active ? await endRival(trx, merged.alert, { at, seen }) : [];
    const entry = Math.max(mark?.entry ?? 0, ...record.entries.map(({ n }) => n));
    const alert = await write(trx, merged);
    await trx.insertInto('edge_alert').values({ alert_id: alert.id, edge: record.edge ?? '', entry }).onConflict((conflict) => conflict.column('alert_id').doUpdateSet({ entry })).execute();
    return [...ended, { before, alert }];
  }

  /** Of a device that was removed meanwhile, where the edge says, as long as that is in the edge's own community. */
  function areaOf({ device, edge = '', alert }: EdgeAlertRecord): AreaId | undefined {
    const known = directory.get(device);
    if (known !== undefined) return known.device.area;
    const community = directory.get(edge)?.community;
    return community !== undefined && areas.contains(community, alert.area) ? alert.area : community;
  }

  /** At most one alert of a rule and device is active: the edge's, which goes by more than what has come here. */
  async function endRival(trx: Transaction<Database>, { id, ruleId, deviceId }: Alert, { at, seen }: { at: EpochMs; seen: Doubtful[] }): Promise<Written[]> {
    const rows = await trx.selectFrom('alert').selectAll().where('rule_id', '=', ruleId).where('device_id', '=', deviceId ?? '').where('active', '=', 1).where('id', '!=', id).execute();
    seen.push(...rows.map(({ id: rival, seq }) => ({ id: rival, seq })));
    const written: Written[] = [];
    for (const before of rows.map(toAlert)) {
      const cleared = applyStep(before, 'cleared', { at });
      if (cleared !== undefined) written.push({ before, alert: await write(trx, { alert: clocks.after(before, cleared, 'cleared', at), entries: [{ at, change: 'cleared', note: 'the edge has it' }] }) });
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
    changes.publish(written.map(({ alert }): Change => ({ seq: alert.seq, area: alert.area, kind: 'alert', alert })));
  }

  return {
    name: 'edge-alerts',
    maxRecords: 5_000,
    async handle({ records }) {
      for (const record of records) {
        if (record.type !== 'alert') continue;
        await activeAlerts.exclusive(async () => {
          const at = clock.now();
          const seen: Doubtful[] = [];
          try {
            tell(await db.transaction().execute((trx) => merge(trx, record, { at, seen })), at);
          } catch (error) {
            activeAlerts.doubt(seen, (changed) => { tell(changed.map((alert) => ({ before: alert, alert })), at); });
            throw error;
          }
        });
      }
    },
  };
}
