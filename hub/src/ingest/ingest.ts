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
  /** MQTT's packet id; 0 for QoS 0. */
  readonly messageId: number;
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

interface Outcome { device: DeviceEntry | undefined; records: JournalRecord[]; refusals: readonly Refusal[] }
interface PlacedTime { ts: EpochMs; clockAhead?: true; fingerprint?: number }

/** One message can't make us count for ever. */
const REFUSALS_PER_MESSAGE = 100;

/** What ingest counts; read by the metrics page and the console's intake rate. */
export interface IngestCounts { messages: number; records: number; refusals: number }

/**
 * The hot path: route → decode and validate → journal. `done` comes after the group commit that holds the message. A refused message takes
 * its place in the order and is acknowledged too, or the device would send it for ever.
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
    const { device, records, refusals } = this.#read(message);
    this.counts.records += records.length;
    if (refusals.length > 0) this.#refuse(message, device, refusals);
    this.#dependencies.journal.append({ records, bytes: message.payload.length }, done);
  }

  #read(message: InboundMessage): Outcome {
    const route = this.#routes.find(message.topic);
    const { speaker } = message;
    if (speaker !== undefined && route.device?.device.id !== speaker.device.id) {
      return { device: speaker, records: [], refusals: [{ reason: route.fault === 'unknown_topic' ? 'unknown_topic' : 'not_your_topic' }] };
    }
    if (route.fault !== undefined) return { device: route.device, records: [], refusals: [{ reason: route.fault }] };
    const decoded = decodeNative(route.kind, message.payload);
    const records = this.#place(decoded, route.device.device.id, message);
    return { device: route.device, records, refusals: decoded.refusals };
  }

  /** Gives each reading and event its device and its time. */
  #place(decoded: Decoded, device: DeviceId, message: InboundMessage): JournalRecord[] {
    const at = this.#dependencies.clock.now();
    const timeOf = this.#timer(decoded, device, message, at);
    const records: JournalRecord[] = [];
    for (const { ts, values } of decoded.readings) {
      const time = timeOf(ts);
      if (time !== undefined) records.push({ type: 'telemetry', device, at, values, ...time });
    }
    for (const { id, ts, type, data } of decoded.events) {
      const time = timeOf(ts);
      if (time !== undefined) records.push({ type: 'event', device, id, at, event: type, data: this.#dependencies.pseudonyms.protect(data), ...time });
    }
    if (decoded.status !== undefined) records.push({ type: 'status', device, at, ...decoded.status });
    if (decoded.reply !== undefined) records.push({ type: 'reply', device, at, ...decoded.reply });
    return records;
  }

  /** Times of one message, in the order of its readings; undefined: older than is kept. What is wrong with a time is added to the refusals. */
  #timer({ readings, events, refusals }: Decoded, device: DeviceId, message: InboundMessage, now: EpochMs): (ts: number | undefined) => PlacedTime | undefined {
    const latest = now + LIMITS.clockAheadMs;
    const oldest = now - this.#dependencies.retentionMs;
    let server: { fingerprint: number; next: EpochMs } | undefined;
    const serverTime = (): { ts: EpochMs; fingerprint: number } => {
      if (server === undefined) {
        const fingerprint = fingerprintOf(message.payload, message.messageId);
        server = { fingerprint, next: this.#redeliveries.baseFor({ device, fingerprint, isRedelivery: message.isRedelivery, count: readings.length + events.length, now }) };
      }
      return { ts: server.next++, fingerprint: server.fingerprint };
    };
    return (ts) => {
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

  #refuse({ topic, payload }: InboundMessage, device: DeviceEntry | undefined, refusals: readonly Refusal[]): void {
    this.counts.refusals += refusals.length;
    this.#dependencies.refusals.refuse({ device: device?.device.id, topic, payload, refusals: refusals.slice(0, REFUSALS_PER_MESSAGE) });
  }
}
