import { LIMITS, decodeNative, type Decoded, type DeviceId, type EpochMs, type JournalRecord, type Refusal } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceDirectory, DeviceEntry, RefusalSink } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { JournalWriter } from '../journal/types.js';
import type { Pseudonyms } from './pseudonyms.js';
import { RedeliveryTimes, fingerprintOf } from './redelivery.js';
import { RouteTable } from './routes.js';

/** One PUBLISH, from whichever broker. */
export interface InboundMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** MQTT's DUP flag. */
  readonly isRedelivery: boolean;
  /** Who signed in, where the broker is ours; undefined behind an external broker, whose ACL has checked the topic. */
  readonly speaker: DeviceEntry | undefined;
}

export interface IngestDependencies {
  directory: DeviceDirectory;
  journal: JournalWriter;
  refusals: RefusalSink;
  pseudonyms: Pseudonyms;
  clock: Clock;
  /** Readings older than this are refused (ms before now). */
  retentionMs: number;
}

interface PlacedTime { ts: EpochMs; clockAhead?: true; fingerprint?: number }

/** What ingest counts; read by the metrics page and the console's intake rate. */
export interface IngestCounts { messages: number; records: number; refusals: number }

/**
 * The hot path: route → decode and validate → journal. `done` comes after the group commit that holds the message, or at once when there is
 * nothing to keep: a refused message is acknowledged too, or the device would send it for ever.
 */
export class Ingest implements Feature {
  readonly counts: IngestCounts = { messages: 0, records: 0, refusals: 0 };
  readonly #dependencies: IngestDependencies;
  readonly #routes: RouteTable;
  readonly #redeliveries = new RedeliveryTimes();
  #forgetRoutes: (() => void) | undefined;

  constructor(dependencies: IngestDependencies) {
    this.#dependencies = dependencies;
    this.#routes = new RouteTable(dependencies.directory);
  }

  async start(): Promise<void> {
    this.#forgetRoutes ??= this.#dependencies.directory.onChange(() => this.#routes.forget());
  }

  async stop(): Promise<void> {
    this.#forgetRoutes?.();
    this.#forgetRoutes = undefined;
  }

  /** Learns what was taken before the hub stopped. */
  async recall(records: AsyncIterable<JournalRecord>): Promise<void> {
    for await (const record of records) this.#redeliveries.seed(record);
  }

  receive(message: InboundMessage, done: () => void): void {
    this.counts.messages += 1;
    const route = this.#routes.find(message.topic);
    const { speaker } = message;
    if (speaker !== undefined && route.device?.device.id !== speaker.device.id) {
      this.#refuse(message, speaker, { reason: route.fault === 'unknown_topic' ? 'unknown_topic' : 'not_your_topic' });
      return done();
    }
    if (route.fault !== undefined) {
      this.#refuse(message, route.device, { reason: route.fault });
      return done();
    }
    const decoded = decodeNative(route.kind, message.payload);
    const records = this.#place(decoded, route.device, message);
    for (const refusal of decoded.refusals) this.#refuse(message, route.device, refusal);
    if (records.length === 0) return done();
    this.counts.records += records.length;
    this.#dependencies.journal.append(records, done);
  }

  /** Gives each reading and event its device and its time. */
  #place(decoded: Decoded, entry: DeviceEntry, message: InboundMessage): JournalRecord[] {
    const at = this.#dependencies.clock.now();
    const device = entry.device.id;
    const records: JournalRecord[] = [];
    for (const [index, { ts, values }] of decoded.readings.entries()) {
      const time = this.#time({ ts, index, device, message, now: at });
      if (time === undefined) decoded.refusals.push({ reason: 'too_old', detail: String(ts) });
      else records.push({ type: 'telemetry', device, at, values, ...time });
    }
    for (const { id, ts, type, data } of decoded.events) {
      const time = this.#time({ ts, index: 0, device, message, now: at });
      if (time === undefined) decoded.refusals.push({ reason: 'too_old', detail: String(ts) });
      else records.push({ type: 'event', device, id, at, event: type, data: this.#dependencies.pseudonyms.protect(data), ...time });
    }
    if (decoded.status !== undefined) records.push({ type: 'status', device, at, ...decoded.status });
    if (decoded.reply !== undefined) records.push({ type: 'reply', device, at, ...decoded.reply });
    return records;
  }

  /** Undefined: older than is kept. */
  #time({ ts, index, device, message, now }: { ts: number | undefined; index: number; device: DeviceId; message: InboundMessage; now: EpochMs }): PlacedTime | undefined {
    if (ts !== undefined && ts <= now + LIMITS.clockAheadMs) return ts < now - this.#dependencies.retentionMs ? undefined : { ts };
    const fingerprint = fingerprintOf(message.payload, index);
    const serverTs = this.#redeliveries.timeFor({ device, fingerprint, isRedelivery: message.isRedelivery, now });
    return ts === undefined ? { ts: serverTs, fingerprint } : { ts: serverTs, fingerprint, clockAhead: true };
  }

  #refuse({ topic, payload }: InboundMessage, device: DeviceEntry | undefined, refusal: Refusal): void {
    this.counts.refusals += 1;
    this.#dependencies.refusals.refuse({ device: device?.device.id, topic, payload, refusals: [refusal] });
  }
}
