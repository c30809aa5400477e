import { decodeNative, type Decoded, type JournalRecord, type Refusal } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceDirectory, DeviceEntry, PayloadSink, RefusalSink } from '../devices/types.js';
import type { EdgeReader } from '../edges/edge-ingest.js';
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
  /** MQTT's packet id; 0 for QoS 0. */
  readonly messageId: number;
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
  /** The same of events, which may be about people; as of readings when not given. */
  eventRetentionMs?: number;
  /** Reads what is no native topic. */
  gateways?: GatewayReader;
  /** Reads what edges pass on; left out, they have no topic. */
  edges?: EdgeReader;
}

/** What one device sent, decoded. */
export interface Uplink { readonly device: DeviceEntry; readonly decoded: Decoded; readonly messageName?: string | undefined }

interface Refused { readonly device: DeviceEntry | undefined; readonly refusals: readonly Refusal[] }
/** What a message came to: what is kept, and what was refused of whom. */
interface Outcome { readonly records: JournalRecord[]; readonly refused: readonly Refused[] }

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
    this.#keep(message, this.#read(message), done);
  }

  /** What a device sent another way than by MQTT. `message.topic` and `message.payload` are what its refusals show. */
  accept(message: InboundMessage, uplink: Uplink, done: () => void): void {
    this.#keep(message, this.#take(message, uplink), done);
  }

  /** A frame so long that its connection was closed before the body came: nothing of it is known but who sent it. */
  refuseFrame(device: DeviceEntry): void {
    this.#refuse({ topic: '', payload: new Uint8Array() }, device, [{ reason: 'frame_too_large' }]);
  }

  #keep(message: InboundMessage, { records, refused }: Outcome, done: () => void): void {
    this.counts.messages += 1;
    this.counts.records += records.length;
    for (const { device, refusals } of refused) if (refusals.length > 0) this.#refuse(message, device, refusals);
    this.#dependencies.journal.append({ records, bytes: message.payload.length }, done);
  }

  #read(message: InboundMessage): Outcome {
    const route = this.#routes.find(message.topic);
    const { speaker } = message;
    if (route.fault === 'unknown_topic') {
      const reading = this.#dependencies.gateways?.read(message);
      if (reading !== undefined) return this.#takeGateway(message, reading);
    }
    // Something old, sent because we subscribed (clause 3.3.1.3): no sign of life.
    if (message.isKept === true) return { records: [], refused: [] };
    if (speaker !== undefined && route.device?.device.id !== speaker.device.id) return refusedOf(speaker, route.fault === 'unknown_topic' ? strangeTopic(speaker) : 'not_your_topic');
    if (route.fault !== undefined) return refusedOf(route.device, route.fault);
    if (route.kind === 'uplink') return this.#takeUplink(message, route.device);
    return this.#take(message, { device: route.device, decoded: decodeNative(route.kind, message.payload) });
  }

  /** Of the batches of an edge nothing is shown to installers: they look at the edge itself. */
  #takeUplink({ payload }: InboundMessage, edge: DeviceEntry): Outcome {
    const { edges } = this.#dependencies;
    return edges === undefined || !isEdge(edge) ? refusedOf(edge, 'unknown_topic') : edges.read(edge, payload);
  }

  #takeGateway(message: InboundMessage, { gateway, uplinks, refusals, isSighting }: GatewayReading): Outcome {
    const records: JournalRecord[] = [];
    const refused: Refused[] = [];
    for (const [part, uplink] of uplinks.entries()) {
      const outcome = uplink.device.device.status === 'retired' ? refusedOf(uplink.device, 'retired_device') : this.#take(message, uplink, part);
      records.push(...outcome.records);
      refused.push(...outcome.refused);
    }
    refused.push({ device: gateway, refusals });
    if (isSighting) records.push({ type: 'status', device: gateway.device.id, at: this.#dependencies.clock.now(), online: true });
    return { records, refused };
  }

  #take(message: InboundMessage, { device, decoded, messageName }: Uplink, part = 0): Outcome {
    const records = this.#placer.place(decoded, device, { message, messageName, part });
    this.#dependencies.payloads?.note({ device, topic: message.topic, payload: message.payload, decoded, isKept: records.some(isReading) });
    return { records, refused: [{ device, refusals: decoded.refusals }] };
  }

  #refuse({ topic, payload }: Pick<InboundMessage, 'topic' | 'payload'>, device: DeviceEntry | undefined, refusals: readonly Refusal[]): void {
    this.counts.refusals += refusals.length;
    this.#dependencies.refusals.refuse({ device: device?.device.id, topic, payload, refusals: refusals.slice(0, REFUSALS_PER_MESSAGE) });
  }
}

export const isEdge = ({ device: { kind, codec } }: DeviceEntry): boolean => kind === 'gateway' && codec === 'edge';

/** A gateway that was given no prefix speaks where it was told to; the registry was not. */
const strangeTopic = ({ device: { kind, topicPrefix } }: DeviceEntry): Refusal['reason'] => kind === 'gateway' && topicPrefix === undefined ? 'no_topic_prefix' : 'unknown_topic';

const isReading = (record: JournalRecord): boolean => record.type === 'event' || (record.type === 'telemetry' && Object.keys(record.values).length > 0);

const refusedOf = (device: DeviceEntry | undefined, reason: Refusal['reason']): Outcome => ({ records: [], refused: [{ device, refusals: [{ reason }] }] });
