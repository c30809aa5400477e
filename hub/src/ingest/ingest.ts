import { decodeNative, type Decoded, type JournalRecord, type Refusal } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceDirectory, DeviceEntry, PayloadSink, RefusalSink } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { GatewayReader, GatewayReading } from '../gateways/types.js';
import type { JournalWriter } from '../journal/types.js';
import { Placer } from './placer.js';
import type { Pseudonyms } from './pseudonyms.js';
import { RouteTable } from './routes.js';

/** One PUBLISH, from whichever broker. */
export interface InboundMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** MQTT's DUP flag. */
  readonly isRedelivery: boolean;
  /** Who signed in, where the broker is ours; undefined behind an external broker, whose ACL has checked the topic. */
  readonly speaker: DeviceEntry | undefined;
  /** An external broker gives us what it has kept: nobody knows how long ago that was true. */
  readonly isKept?: boolean;
}

export interface IngestDependencies {
  directory: DeviceDirectory;
  journal: JournalWriter;
  refusals: RefusalSink;
  /** Shown what was decoded, for devices that are being installed. */
  payloads?: PayloadSink;
  pseudonyms: Pseudonyms;
  clock: Clock;
  /** Readings older than this are refused (ms before now). */
  retentionMs: number;
  /** Reads what is no native topic. */
  gateways?: GatewayReader;
}

/** What one device sent, decoded. */
export interface Uplink { readonly device: DeviceEntry; readonly decoded: Decoded }

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
  readonly #placer: Placer;
  #forgetRoutes: (() => void) | undefined;

  constructor(dependencies: IngestDependencies) {
    this.#dependencies = dependencies;
    this.#routes = new RouteTable(dependencies.directory);
    this.#placer = new Placer(dependencies);
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
    for await (const record of records) this.#placer.seed(record);
  }

  receive(message: InboundMessage, done: () => void): void {
    this.counts.messages += 1;
    const route = this.#routes.find(message.topic);
    const { speaker } = message;
    if (route.fault === 'unknown_topic') {
      const reading = this.#dependencies.gateways?.read(message);
      if (reading !== undefined) return this.#takeGateway(message, reading, done);
    }
    if (speaker !== undefined && route.device?.device.id !== speaker.device.id) {
      this.#refuse(message, speaker, { reason: route.fault === 'unknown_topic' ? 'unknown_topic' : 'not_your_topic' });
      return done();
    }
    if (route.fault !== undefined) {
      this.#refuse(message, route.device, { reason: route.fault });
      return done();
    }
    this.#keep(this.#take(message, { device: route.device, decoded: decodeNative(route.kind, message.payload) }), done);
  }

  /** What a device sent another way than by MQTT. `message.topic` and `message.payload` are what its refusals show. */
  accept(message: InboundMessage, uplink: Uplink, done: () => void): void {
    this.counts.messages += 1;
    this.#keep(this.#take(message, uplink), done);
  }

  #takeGateway(message: InboundMessage, { gateway, uplinks, refusals, isSighting }: GatewayReading, done: () => void): void {
    const records: JournalRecord[] = [];
    let first = 0;
    for (const uplink of uplinks) {
      if (uplink.device.device.status === 'retired') {
        this.#refuse(message, uplink.device, { reason: 'retired_device' });
        continue;
      }
      records.push(...this.#take(message, uplink, first));
      first += uplink.decoded.readings.length;
    }
    for (const refusal of refusals) this.#refuse(message, gateway, refusal);
    if (isSighting) records.push({ type: 'status', device: gateway.device.id, at: this.#dependencies.clock.now(), online: true });
    this.#keep(records, done);
  }

  #take(message: InboundMessage, { device, decoded }: Uplink, first = 0): JournalRecord[] {
    const records = this.#placer.place(decoded, device, message, first);
    for (const refusal of decoded.refusals) this.#refuse(message, device, refusal);
    this.#dependencies.payloads?.note({ device, topic: message.topic, payload: message.payload, decoded });
    return records;
  }

  #keep(records: JournalRecord[], done: () => void): void {
    if (records.length === 0) return done();
    this.counts.records += records.length;
    this.#dependencies.journal.append(records, done);
  }

  #refuse({ topic, payload }: InboundMessage, device: DeviceEntry | undefined, refusal: Refusal): void {
    this.counts.refusals += 1;
    this.#dependencies.refusals.refuse({ device: device?.device.id, topic, payload, refusal });
  }
}
