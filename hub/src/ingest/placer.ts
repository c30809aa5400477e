import { LIMITS, type Decoded, type DeviceId, type EpochMs, type JournalRecord } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceEntry } from '../devices/types.js';
import type { Pseudonyms } from './pseudonyms.js';
import { RedeliveryTimes, fingerprintOf } from './redelivery.js';

export interface PlacerDependencies {
  pseudonyms: Pseudonyms;
  clock: Clock;
  /** Readings older than this are refused (ms before now). */
  retentionMs: number;
}

/** What was sent, by which a redelivery is known again. */
export interface Sent {
  readonly payload: Uint8Array;
  readonly isRedelivery: boolean;
}

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

  /** `first` tells readings of one device apart that came in one message in several parts. What is too old is added to `decoded.refusals`. */
  place(decoded: Decoded, { device: { id: device } }: DeviceEntry, sent: Sent, first = 0): JournalRecord[] {
    const at = this.#dependencies.clock.now();
    const records: JournalRecord[] = [];
    for (const [index, { ts, values }] of decoded.readings.entries()) {
      const time = this.#time({ ts, index: first + index, device, sent, now: at });
      if (time === undefined) decoded.refusals.push({ reason: 'too_old', detail: String(ts) });
      else records.push({ type: 'telemetry', device, at, values, ...time });
    }
    for (const { id, ts, type, data } of decoded.events) {
      const time = this.#time({ ts, index: 0, device, sent, now: at });
      if (time === undefined) decoded.refusals.push({ reason: 'too_old', detail: String(ts) });
      else records.push({ type: 'event', device, id, at, event: type, data: this.#dependencies.pseudonyms.protect(data), ...time });
    }
    if (decoded.status !== undefined) records.push({ type: 'status', device, at, ...decoded.status });
    if (decoded.reply !== undefined) records.push({ type: 'reply', device, at, ...decoded.reply });
    return records;
  }

  /** Undefined: older than is kept. */
  #time({ ts, index, device, sent, now }: { ts: number | undefined; index: number; device: DeviceId; sent: Sent; now: EpochMs }): PlacedTime | undefined {
    if (ts !== undefined && ts <= now + LIMITS.clockAheadMs) return ts < now - this.#dependencies.retentionMs ? undefined : { ts };
    const fingerprint = fingerprintOf(sent.payload, index);
    const serverTs = this.#redeliveries.timeFor({ device, fingerprint, isRedelivery: sent.isRedelivery, now });
    return ts === undefined ? { ts: serverTs, fingerprint } : { ts: serverTs, fingerprint, clockAhead: true };
  }
}
