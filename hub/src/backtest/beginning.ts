import type { DeviceId, EpochMs, MetricKey } from '@liandong/protocols';
import type { TelemetryStore } from '../telemetry/types.js';

/** What every kind of device reports. */
const COMMON: readonly MetricKey[] = ['battery', 'rssi', 'snr'];
/** Devices that are asked. */
const MOST_ASKED = 20;

export interface Beginning { readonly devices: readonly DeviceId[]; readonly from: EpochMs; readonly to: EpochMs; readonly telemetry: Pick<TelemetryStore, 'raw'>; readonly signal: AbortSignal }

/** From when on some of these devices reported anything at all: an event may be rare, and the first one says nothing of how far what is stored goes back. Undefined: none of them did. */
export async function beginningOf({ devices, from, to, telemetry, signal }: Beginning): Promise<EpochMs | undefined> {
  let first = Infinity;
  for (const device of devices.slice(0, MOST_ASKED)) {
    for (const metric of COMMON) {
      if (first <= from) return first;
      signal.throwIfAborted();
      const { data: [oldest] } = await telemetry.raw({ device, metric, from, to: Math.min(to, first) }, { limit: 1 });
      if (oldest !== undefined) first = Math.min(first, oldest[0]);
    }
  }
  return first === Infinity ? undefined : first;
}
