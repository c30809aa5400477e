import type { DeviceId } from '@liandong/protocols';
import { toAlert } from '../alerts/alert-rows.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { OutOfService } from '../maintenance/types.js';
import { whyUnwatched } from '../maintenance/why-unwatched.js';
import { Rounds } from '../rounds.js';
import type { EdgeAlertWriter, Turn, Written } from './edge-alert-writer.js';
import { standing } from './in-service.js';

const TICK_MS = 1_000;

export interface BackInServiceDependencies {
  readonly db: Db; readonly clock: Clock; readonly directory: DeviceDirectory; readonly outOfService: OutOfService; readonly writer: EdgeAlertWriter;
  /** Told when the database refuses; the next tick tries again. */
  readonly onError: (error: unknown) => void;
}
export interface BackInService extends Feature {
  /** One look, as the clock ticks. */
  tick(): Promise<void>;
}
interface Withheld { readonly id: string; readonly edge: DeviceId; readonly device: DeviceId | null; readonly kind: string }

/** Tells of alerts that edges still hold active when their devices are in service again. What is withheld stands in the database, so it is all one whether the hub was running when a window ended. */
export function createBackInService({ db, clock, directory, outOfService, writer, onError }: BackInServiceDependencies): BackInService {
  const rounds = new Rounds(TICK_MS, () => look().catch(onError));

  /** Whether the edge may still speak for the device: neither is another one now, and the device has not moved to another community. */
  function deviceOf({ device, kind, edge }: Withheld): DeviceEntry | undefined {
    const entry = directory.get(device ?? '');
    return entry !== undefined && entry.device.kind === kind && directory.get(edge)?.community === entry.community ? entry : undefined;
  }

  async function look(): Promise<void> {
    const withheld = await db.selectFrom('edge_alert').innerJoin('alert', 'alert.id', 'edge_alert.alert_id').select(['alert.id', 'edge_alert.edge', 'alert.device_id as device', 'alert.kind'])
      .where('withheld_at', 'is not', null).orderBy('alert.weight', 'desc').orderBy('alert.id').execute();
    for (const one of withheld) {
      const device = deviceOf(one);
      if (device === undefined || whyUnwatched(device, outOfService, clock.now()) === undefined) await writer.turn((turn) => settle(turn, one)).catch(onError); // one that can't be written must not keep back the others
    }
  }

  /** Anew within the turn: the edge, a person or a clock may have been faster. */
  async function settle(turn: Turn, one: Withheld): Promise<readonly Written[]> {
    const { trx, at, seen } = turn;
    const row = await trx.selectFrom('alert').selectAll().where('id', '=', one.id).executeTakeFirst();
    const mark = await trx.selectFrom('edge_alert').selectAll().where('alert_id', '=', one.id).where('withheld_at', 'is not', null).executeTakeFirst();
    if (row === undefined || mark === undefined) return [];
    seen.push({ id: row.id, seq: row.seq });
    const device = deviceOf(one);
    if (device === undefined || row.active === 1) {
      await trx.updateTable('edge_alert').set({ withheld_at: null }).where('alert_id', '=', one.id).execute();
      return [];
    }
    if (whyUnwatched(device, outOfService, at) !== undefined) return [];
    const before = toAlert(row);
    return writer.put(turn, { alert: { ...standing(before), area: device.device.area }, entries: [] }, { before, isWithheld: true, device, edge: mark.edge, entry: mark.entry });
  }

  return {
    tick: () => rounds.now(),
    start: () => rounds.startAtOnce(),
    stop: () => rounds.stop(),
  };
}
