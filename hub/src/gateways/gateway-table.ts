import type { CodecName, DeviceId, EpochMs, GatewayCodec, GatewayDecoder } from '@liandong/protocols';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { Feature } from '../feature.js';
import { Listeners } from '../listeners.js';
import { nameKey } from './external-name.js';
import { prefixOf } from './gateway-topics.js';
import type { GatewayTopics } from './types.js';

/** A registered gateway with the memory of its format. */
export interface Gateway {
  readonly id: DeviceId;
  readonly prefix: string;
  readonly codec: GatewayCodec;
  readonly decoder: GatewayDecoder;
  /** When a record last said that it was heard. */
  sightedAt: EpochMs;
}

/** Topics come from outside, so the memory of them has an end. */
const REMEMBERED_TOPICS = 50_000;

/** Gateways by id and by topic, and devices by how their gateway names them; in step with the directory. */
export class GatewayTable implements GatewayTopics, Feature {
  readonly #directory: DeviceDirectory;
  readonly #codecs: ReadonlyMap<CodecName, GatewayCodec>;
  readonly #gateways = new Map<DeviceId, Gateway>();
  readonly #byTopic = new Map<string, Gateway | undefined>();
  readonly #externals = new Map<DeviceId, Map<string, DeviceId>>();
  readonly #placed = new Map<DeviceId, { gateway: DeviceId; externalId: string }>();
  readonly #listeners: Listeners;
  #unsubscribe: (() => void) | undefined;

  constructor({ directory, codecs, onError }: { directory: DeviceDirectory; codecs: ReadonlyMap<CodecName, GatewayCodec>; onError: (error: unknown) => void }) {
    this.#directory = directory;
    this.#codecs = codecs;
    this.#listeners = new Listeners({ onError });
  }

  async start(): Promise<void> {
    if (this.#unsubscribe !== undefined) return;
    for (const entry of this.#directory.values()) this.#follow(entry.device.id, entry);
    this.#unsubscribe = this.#directory.onChange((id, entry) => this.#follow(id, entry));
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** The gateway with this id, if it may publish below this topic's prefix. */
  speaking(id: DeviceId, topic: string): Gateway | undefined {
    const gateway = this.#gateways.get(id);
    return gateway !== undefined && isBelow(topic, gateway.prefix) ? gateway : undefined;
  }

  /** Whose topic this is: of several prefixes the longest. */
  find(topic: string): Gateway | undefined {
    const known = this.#byTopic.get(topic);
    if (known !== undefined || this.#byTopic.has(topic)) return known;
    let found: Gateway | undefined;
    for (const gateway of this.#gateways.values()) if (isBelow(topic, gateway.prefix) && gateway.prefix.length > (found?.prefix.length ?? 0)) found = gateway;
    if (this.#byTopic.size >= REMEMBERED_TOPICS) this.#byTopic.clear();
    this.#byTopic.set(topic, found);
    return found;
  }

  /** The device that this gateway knows by that name. */
  device(gateway: DeviceId, externalId: string): DeviceEntry | undefined {
    const id = this.#externals.get(gateway)?.get(nameKey(externalId));
    return id === undefined ? undefined : this.#directory.get(id);
  }

  entry(gateway: Gateway): DeviceEntry | undefined {
    return this.#directory.get(gateway.id);
  }

  filters(): ReadonlySet<string> {
    return new Set([...this.#gateways.values()].flatMap(({ codec, prefix }) => codec.filters(prefix)));
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  #follow(id: DeviceId, entry: DeviceEntry | undefined): void {
    this.#followDevice(id, entry);
    const known = this.#gateways.get(id);
    const prefix = entry === undefined ? undefined : prefixOf(entry, this.#codecs);
    const codec = entry === undefined ? undefined : this.#codecs.get(entry.device.codec);
    // Its memory outlives every other change: alias maps come only with a birth.
    if (known?.prefix === prefix && known?.codec === codec) return;
    if (prefix === undefined || codec === undefined) {
      if (!this.#gateways.delete(id)) return;
    } else {
      this.#gateways.set(id, { id, prefix, codec, decoder: codec.create({ topicPrefix: prefix }), sightedAt: -Infinity });
    }
    this.#byTopic.clear();
    this.#listeners.tell();
  }

  #followDevice(id: DeviceId, entry: DeviceEntry | undefined): void {
    const before = this.#placed.get(id);
    if (before !== undefined) {
      const names = this.#externals.get(before.gateway);
      if (names?.get(before.externalId) === id) names.delete(before.externalId);
      if (names?.size === 0) this.#externals.delete(before.gateway);
      this.#placed.delete(id);
    }
    const { gateway, externalId } = entry?.device ?? {};
    if (gateway === undefined || externalId === undefined) return;
    const place = { gateway, externalId: nameKey(externalId) };
    const names = this.#externals.get(gateway) ?? new Map<string, DeviceId>();
    this.#externals.set(gateway, names.set(place.externalId, id));
    this.#placed.set(id, place);
  }
}

const isBelow = (topic: string, prefix: string): boolean => topic.length > prefix.length && topic.startsWith(prefix) && topic.charCodeAt(prefix.length) === 0x2f; // `/`
