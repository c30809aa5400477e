import { isMetricKey, type DeviceId, type EpochMs, type Latest, type MetricKey, type MetricValue, type TelemetryDelta } from '@liandong/protocols';

/** `isEstimate`: `ts` is the latest time it can be from; the true one comes by REST or with the next report. */
export interface LatestValue { ts: EpochMs; value: MetricValue; isEstimate?: true }
export type DeviceValues = Partial<Record<MetricKey, LatestValue>>;

/**
 * Latest value per device and metric. Not reactive: 10,000 devices change several times a second, so who shows it watches one counter.
 *
 * After `subscribe` the hub first sends what it already had, and a packet has one time for all: its own. Taken at its word, a device
 * that fell silent yesterday would look alive. So a device's first packet of a subscription counts as no newer than the device was last seen.
 */
export function createLatestValues({ lastSeenAt }: { lastSeenAt: (device: DeviceId) => EpochMs | undefined }) {
  const byDevice = new Map<DeviceId, DeviceValues>();
  let heard = new Set<DeviceId>();

  function put(device: DeviceId, metric: string, next: LatestValue): void {
    if (!isMetricKey(metric)) return;
    const values = byDevice.get(device) ?? {};
    byDevice.set(device, values);
    const known = values[metric];
    if (known === undefined || known.isEstimate === true || known.ts <= next.ts) values[metric] = next;
  }
  function applyFirst(device: DeviceId, values: TelemetryDelta['devices'][string], packetTs: EpochMs): void {
    heard.add(device);
    const ts = Math.min(lastSeenAt(device) ?? packetTs, packetTs);
    for (const [metric, value] of Object.entries(values)) {
      const known = isMetricKey(metric) ? byDevice.get(device)?.[metric] : undefined;
      // The same value again says nothing new; another one is newer than that known, whatever the estimate.
      if (known?.value !== value) put(device, metric, { ts: Math.max(ts, known?.ts ?? 0), value, isEstimate: true });
    }
  }
  return {
    get: (device: DeviceId): DeviceValues | undefined => byDevice.get(device),
    /** A new subscription: the next packet of each device is its first. */
    begin(): void { heard = new Set(); },
    /** Takes a live packet; returns the devices that have truly reported, as far as the console can tell. */
    applyDelta(delta: TelemetryDelta): DeviceId[] {
      const reported: DeviceId[] = [];
      for (const [device, values] of Object.entries(delta.devices)) {
        if (!heard.has(device)) { applyFirst(device, values, delta.ts); continue; }
        reported.push(device);
        for (const [metric, value] of Object.entries(values)) put(device, metric, { ts: delta.ts, value });
      }
      return reported;
    },
    /** Takes GET /devices/{id}/latest, which knows the true times; an older value never replaces a newer one. */
    applyLatest(device: DeviceId, latest: Latest): void {
      for (const [metric, { ts, value }] of Object.entries(latest.values)) put(device, metric, { ts, value });
    },
  };
}
