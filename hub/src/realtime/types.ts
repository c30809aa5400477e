import type { Latest, DeviceId, PartState } from '@liandong/protocols';

/** Latest values of every device in memory; filled by the live reader, seeded from the store at start. */
export interface LatestValues {
  get(device: DeviceId): Latest['values'];
}

/** State of the feeds, for heartbeats and `GET /readyz`. */
export interface HealthProbe {
  parts(): Record<string, { state: PartState; detail?: string }>;
}
