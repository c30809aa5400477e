import type { DeviceId, EpochMs, Latest, MetricKey, MetricValue, TelemetryDelta } from '@liandong/protocols';
import { isMetricKey } from '@liandong/protocols';

export interface LatestValue { ts: EpochMs; value: MetricValue }
export type DeviceValues = Partial<Record<MetricKey, LatestValue>>;

/** Latest value per device and metric. Not reactive: 10,000 devices change several times a second, so who shows it watches one counter. */
export function createLatestValues() {
  const byDevice = new Map<DeviceId, DeviceValues>();

  function put(device: DeviceId, metric: string, value: MetricValue, ts: EpochMs): void {
    if (!isMetricKey(metric)) return;
    const values = byDevice.get(device) ?? {};
    byDevice.set(device, values);
    if ((values[metric]?.ts ?? -1) <= ts) values[metric] = { ts, value };
  }
  return {
    get: (device: DeviceId): DeviceValues | undefined => byDevice.get(device),
    /** Takes a live packet; returns how many values it held. */
    applyDelta(delta: TelemetryDelta): number {
      let count = 0;
      for (const [device, values] of Object.entries(delta.devices)) {
        for (const [metric, value] of Object.entries(values)) { put(device, metric, value, delta.ts); count += 1; }
      }
      return count;
    },
    /** Takes GET /devices/{id}/latest; an older value never replaces a newer one. */
    applyLatest(device: DeviceId, latest: Latest): void {
      for (const [metric, { ts, value }] of Object.entries(latest.values)) put(device, metric, value, ts);
    },
    clear(): void { byDevice.clear(); },
  };
}
