import { LIMITS, type Decoded, type DeviceId, type EpochMs, type JournalRecord } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceEntry } from '../devices/types.js';
import type { Pseudonyms } from './pseudonyms.js';
import { RedeliveryTimes, fingerprintOf, fingerprintOfName } from './redelivery.js';

export interface PlacerDependencies {
  pseudonyms: Pseudonyms;
  clock: Clock;
  /** Readings older than this are refused (ms before now). */
  retentionMs: number;
  /** The same of events; as of readings when not given. */
  eventRetentionMs?: number;
}

/** What was sent, by which a redelivery is known again. */
export interface Sent {
  readonly message: { readonly payload: Uint8Array; readonly messageId: number; readonly isRedelivery: boolean };
  /** How whoever passed it on names it; it then goes before MQTT's own marks, which say nothing of what was delivered twice on the way to us. */
  readonly messageName?: string | undefined;
  /** Tells parts of one message that belong to one device apart. */
  readonly part: number;
}

/** There are so many packet ids. */
const PACKET_IDS = 65_536;

interface PlacedTime { ts: EpochMs; clockAhead?: true; fingerprint?: number }

/** Gives each reading and event its device and its time, whatever format it came in; people's data leave as pseudonyms. */
export class Placer {
  readonly #dependencies: PlacerDependencies;
  readonly #redeliveries = new RedeliveryTimes();

  constructor(dependencies: PlacerDependencies) {
    this.#dependencies = dependencies;
  }

  /** At start: what the journal took before the hub stopped may be redelivered now. */
  seed(record: JournalRecord): void {
    this.#redeliveries.seed(record);
  }

  /** What is wrong with a time is added to `decoded.refusals`. */
  place(decoded: Decoded, { device: { id: device } }: DeviceEntry, sent: Sent): JournalRecord[] {
    const { clock, retentionMs, eventRetentionMs = retentionMs } = this.#dependencies;
    const at = clock.now();
    const timeOf = this.#timer(decoded, { device, sent, now: at });
    const records: JournalRecord[] = [];
    for (const { ts, values } of decoded.readings) {
      const time = timeOf(ts, at - retentionMs);
      if (time !== undefined) records.push({ type: 'telemetry', device, at, values, ...time });
    }
    for (const { id, ts, type, data } of decoded.events) {
      const time = timeOf(ts, at - eventRetentionMs);
      if (time !== undefined) records.push({ type: 'event', device, id, at, event: type, data: this.#dependencies.pseudonyms.protect(data), ...time });
    }
    if (decoded.status !== undefined) records.push({ type: 'status', device, at, ...decoded.status });
    if (decoded.reply !== undefined) records.push({ type: 'reply', device, at, ...decoded.reply });
    return records;
  }

  /** Times of one message, in the order of its readings; undefined: older than `oldest`, which is as far back as is kept. */
  #timer({ readings, events, refusals }: Decoded, { device, sent: { message, messageName, part }, now }: { device: DeviceId; sent: Sent; now: EpochMs }): (ts: number | undefined, oldest: EpochMs) => PlacedTime | undefined {
    const latest = now + LIMITS.clockAheadMs;
    let server: { fingerprint: number; next: EpochMs } | undefined;
    const serverTime = (): { ts: EpochMs; fingerprint: number } => {
      if (server === undefined) {
        const fingerprint = messageName === undefined ? fingerprintOf(message.payload, message.messageId + part * PACKET_IDS) : fingerprintOfName(messageName, part);
        const isRedelivery = messageName !== undefined || message.isRedelivery;
        server = { fingerprint, next: this.#redeliveries.baseFor({ device, fingerprint, isRedelivery, count: readings.length + events.length, now }) };
      }
      return { ts: server.next++, fingerprint: server.fingerprint };
    };
    return (ts, oldest) => {
      if (ts === undefined) return serverTime();
      if (ts > latest) {
        refusals.push({ reason: 'clock_ahead', detail: String(ts) });
        return { ...serverTime(), clockAhead: true };
      }
      if (ts >= oldest) return { ts };
      refusals.push({ reason: 'too_old', detail: String(ts) });
      return undefined;
    };
  }
}
