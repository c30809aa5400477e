import type { DeviceId } from '@liandong/protocols';
import { toAlert } from '../alerts/alert-rows.js';
import type { Clock } from '../clock.js';
import { isDatabaseFailure } from '../database/database-failure.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { OutOfService } from '../maintenance/types.js';
import { whyUnwatched } from '../maintenance/why-unwatched.js';
import { Rounds } from '../rounds.js';
import type { EdgeAlertWriter, Turn, Written } from './edge-alert-writer.js';
import { standing } from './in-service.js';

const TICK_MS = 1_000;
/** Alerts of one read; a round has two of them at most. */
const PAGE = 250;

export interface BackInServiceDependencies {
  readonly db: Db; readonly clock: Clock; readonly directory: DeviceDirectory; readonly outOfService: OutOfService; readonly writer: EdgeAlertWriter;
  /** Told when the database refuses, once a round; the next tick tries again. Told of each alert that can't be written by itself, too. */
  readonly onError: (error: unknown) => void;
}
export interface BackInService extends Feature {
  /** One look, as the clock ticks. */
  tick(): Promise<void>;
}
interface Withheld { readonly id: string; readonly edge: DeviceId; readonly device: DeviceId | null; readonly kind: string; readonly weight: number }

/** Tells of alerts that edges still hold active when their devices are in service again. What is withheld stands in the database, so it is all one whether the hub was running when a window ended. */
export function createBackInService({ db, clock, directory, outOfService, writer, onError }: BackInServiceDependencies): BackInService {
  /** Where the further pages have come to; undefined: they begin anew. */
  let last: Withheld | undefined;
  const rounds = new Rounds(TICK_MS, () => look().catch(onError));

  /** Whether the edge may still speak for the device: neither is another one now, and the device has not moved to another community. */
  function deviceOf({ device, kind, edge }: Withheld): DeviceEntry | undefined {
    const entry = directory.get(device ?? '');
    return entry !== undefined && entry.device.kind === kind && directory.get(edge)?.community === entry.community ? entry : undefined;
  }

  async function page(behind?: Withheld): Promise<Withheld[]> {
    let query = db.selectFrom('edge_alert').innerJoin('alert', 'alert.id', 'edge_alert.alert_id').select(['alert.id', 'edge_alert.edge', 'alert.device_id as device', 'alert.kind', 'alert.weight'])
      .where('withheld_at', 'is not', null).orderBy('alert.weight', 'desc').orderBy('alert.id').limit(PAGE);
    if (behind !== undefined) query = query.where((e) => e.or([e('alert.weight', '<', behind.weight), e.and([e('alert.weight', '=', behind.weight), e('alert.id', '>', behind.id)])]));
    return query.execute();
  }

  /** The worst and oldest each time, and of the others a further page: very many whose devices stay out of service keep back neither. */
  async function look(): Promise<void> {
    const worst = await page();
    const further = worst.length < PAGE ? [] : await page(last ?? worst.at(-1));
    for (const one of [...worst, ...further]) {
      const device = deviceOf(one);
      if (device === undefined || whyUnwatched(device, outOfService, clock.now()) === undefined) await writer.turn((turn) => settle(turn, one)).catch(goOn);
    }
    last = further.length < PAGE ? undefined : further.at(-1);
  }

  /** One that can't be written must not keep back the others; a database that fails ends the round. */
  function goOn(error: unknown): void {
    if (isDatabaseFailure(error)) throw error;
    onError(error);
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
