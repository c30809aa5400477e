import type { Device, DeviceId, EpochMs } from '@liandong/protocols';
import type { LatestValues } from '../realtime/types.js';
import type { LastPayloads } from './last-payloads.js';

/** When what counts as a first reading last came. */
export interface Arrivals {
  /** A gateway has no readings of its own: with it, any sign of life. */
  readingAt(device: Device): EpochMs | undefined;
  /** The device is accepted or gone. */
  forget(id: DeviceId): void;
}

/** Arrival by the hub's clock where it was seen; after a restart, the time of the latest value. */
export function createArrivals({ payloads, latest }: { payloads: LastPayloads; latest: LatestValues }): Arrivals {
  return {
    readingAt(device) {
      const seenAt = device.kind === 'gateway' ? device.lastSeenAt : undefined;
      const times = [seenAt, payloads.readingAt(device.id), ...Object.values(latest.get(device.id)).map(({ ts }) => ts)].filter((at) => at !== undefined);
      return times.length === 0 ? undefined : Math.max(...times);
    },
    forget: (id) => payloads.forget(id),
  };
}
