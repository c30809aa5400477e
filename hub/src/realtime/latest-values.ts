import { METRICS, type DeviceId, type EpochMs, type Latest, type MetricKey, type MetricValue, type TelemetryDelta, type TelemetryRecord } from '@liandong/protocols';
import type { LatestValue } from '../telemetry/types.js';
import type { LatestValues } from './types.js';

/** Values of one device as they go over the wire. */
export type DeviceValues = TelemetryDelta['devices'][DeviceId];

/** Latest values with a note of what changed since the feed last looked. Holds at most devices × catalogue metrics. */
export interface LatestValueStore extends LatestValues {
  /** Takes each value that is not older than the one held. */
  update(record: TelemetryRecord): void;
  /** Fills in what the store knows, as `TelemetryStore.latest` answers it; newer values held already stay. Not a change. */
  seed(entries: Iterable<readonly [DeviceId, readonly LatestValue[]]>): void;
  forget(device: DeviceId): void;
  readonly hasDirty: boolean;
  /** Changed values since the last call, by device. */
  takeDirty(): Map<DeviceId, DeviceValues>;
  /** Every value of a device, for the wire; undefined when none is known. */
  values(device: DeviceId): DeviceValues | undefined;
  has(device: DeviceId): boolean;
  /** Devices with a value. */
  readonly size: number;
}

/** Changed in place, so that a value of a known series costs no allocation. */
interface Held { ts: EpochMs; value: MetricValue; isDirty: boolean }

export function createLatestValues(): LatestValueStore {
  const devices = new Map<DeviceId, Map<MetricKey, Held>>();
  const dirty = new Set<DeviceId>();

  function metricsOf(device: DeviceId): Map<MetricKey, Held> {
    const known = devices.get(device);
    if (known !== undefined) return known;
    const metrics = new Map<MetricKey, Held>();
    devices.set(device, metrics);
    return metrics;
  }

  return {
    update({ device, ts, values }) {
      const metrics = metricsOf(device);
      for (const key in values) {
        const metric = key as MetricKey; // ingest lets only catalogue keys through
        const value = values[metric];
        if (value !== undefined && hold(metrics, metric, ts, value, true)) dirty.add(device);
      }
    },
    seed(entries) {
      for (const [device, values] of entries) {
        if (values.length === 0) continue;
        const metrics = metricsOf(device);
        for (const { metric, ts, value } of values) if ((metrics.get(metric)?.ts ?? -1) < ts) hold(metrics, metric, ts, value, false);
      }
    },
    forget(device) {
      devices.delete(device);
      dirty.delete(device);
    },
    get hasDirty() { return dirty.size > 0; },
    takeDirty() {
      const taken = new Map<DeviceId, DeviceValues>();
      for (const device of dirty) taken.set(device, takeChanged(devices.get(device)));
      dirty.clear();
      return taken;
    },
    values(device) {
      const metrics = devices.get(device);
      if (metrics === undefined) return undefined;
      const values: DeviceValues = {};
      for (const [metric, held] of metrics) values[metric] = held.value;
      return values;
    },
    get(device) {
      const values: Latest['values'] = {};
      for (const [metric, { ts, value }] of devices.get(device) ?? []) values[metric] = { ts, value, unit: METRICS[metric].unit };
      return values;
    },
    has: (device) => devices.has(device),
    get size() { return devices.size; },
  };
}

function hold(metrics: Map<MetricKey, Held>, metric: MetricKey, ts: EpochMs, value: MetricValue, isDirty: boolean): boolean {
  const held = metrics.get(metric);
  if (held === undefined) {
    metrics.set(metric, { ts, value, isDirty });
    return true;
  }
  if (ts < held.ts) return false;
  held.ts = ts;
  held.value = value;
  held.isDirty ||= isDirty;
  return true;
}

function takeChanged(metrics: Map<MetricKey, Held> | undefined): DeviceValues {
  const values: DeviceValues = {};
  for (const [metric, held] of metrics ?? []) {
    if (!held.isDirty) continue;
    held.isDirty = false;
    values[metric] = held.value;
  }
  return values;
}
