import type { Decoded, DeviceId, EpochMs, MetricValue, Refusal } from '@liandong/protocols';
import { LIMITS } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import { KEPT_BYTES, keptPayload } from './refused-payload.js';
import type { PayloadSink } from './types.js';

/** Devices watched at once; the one heard longest ago goes first. */
const MOST_DEVICES = 10_000;
const LONGEST_TOPIC = 256;
const MOST_WORDS = 50;

/** The latest payload of a device that is being installed, as far as it may be shown. */
export interface LastPayload {
  readonly at: EpochMs;
  readonly topic: string;
  readonly payload: string;
  readonly values: Readonly<Record<string, MetricValue>>;
  readonly events: readonly string[];
  readonly refusals: readonly Refusal[];
  /** Did a reading carry a time ahead of the hub's? */
  readonly isClockAhead: boolean;
}

/** In memory only: gone with the process, with the device and with its acceptance. */
export interface LastPayloads extends PayloadSink {
  get(device: DeviceId): LastPayload | undefined;
  /** When a payload with a reading or an event that was kept last came, by the hub's clock. */
  readingAt(device: DeviceId): EpochMs | undefined;
  forget(device: DeviceId): void;
}

interface Held { at: EpochMs; topic: string; head: Uint8Array; isCut: boolean; decoded: Decoded; readingAt: EpochMs | undefined }

export function createLastPayloads({ clock }: { clock: Clock }): LastPayloads {
  const held = new Map<DeviceId, Held>();

  return {
    note({ device: { device }, topic, payload, decoded, isKept }) {
      if (device.accepted !== false) return;
      const at = clock.now();
      const isBiometric = decoded.refusals.some(({ reason }) => reason === 'biometric');
      const readingAt = isKept ? at : held.get(device.id)?.readingAt;
      held.delete(device.id);
      const oldest = held.keys().next();
      if (held.size >= MOST_DEVICES && oldest.done !== true) held.delete(oldest.value);
      held.set(device.id, {
        at, topic: topic.slice(0, LONGEST_TOPIC), isCut: payload.length > KEPT_BYTES, readingAt, decoded: slim(decoded),
        head: isBiometric ? new Uint8Array() : new Uint8Array(payload.subarray(0, KEPT_BYTES)),
      });
    },
    get(device) {
      const found = held.get(device);
      if (found === undefined) return undefined;
      const { at, topic, head, isCut, decoded: { readings, events, refusals } } = found;
      const biometric = refusals.find(({ reason }) => reason === 'biometric');
      return {
        at, topic, payload: keptPayload(topic, head, isCut, biometric?.reason ?? 'wrong_type'), refusals,
        values: readings.at(-1)?.values ?? {}, events: events.map(({ type }) => type),
        isClockAhead: readings.some(({ ts }) => ts !== undefined && ts > at + LIMITS.clockAheadMs),
      };
    },
    readingAt: (device) => held.get(device)?.readingAt,
    forget(device) { held.delete(device); },
  };
}

/** A thousand readings needn't be held to show the last; what events say about people isn't held at all. */
const slim = ({ readings, events, refusals }: Decoded): Decoded => ({
  readings: readings.slice(-1), events: events.slice(-MOST_WORDS).map(({ id, type }) => ({ id, type, data: {} })), refusals: refusals.slice(0, MOST_WORDS),
});
