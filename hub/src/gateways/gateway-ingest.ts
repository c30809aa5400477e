import { payloadCodecs, installFill, readUplink, type Decoded, type DeviceUplink, type EpochMs, type GatewayDecoded, type PayloadCodec, type PayloadCodecName, type Reading, type Refusal } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceEntry } from '../devices/types.js';
import type { InboundMessage } from '../ingest/ingest.js';
import { DiscoveryNotes } from './discovery-notes.js';
import type { Gateway, GatewayTable } from './gateway-table.js';
import type { DiscoverySink, Downlink, GatewayReader, GatewayReading, GatewayUplink } from './types.js';

/** That a gateway was heard is written this often at most; its silence window is never shorter than three of its intervals. */
const SIGHTING_EVERY_MS = 10_000;
/** Requests of one message; a format wants one. */
const MOST_REQUESTS = 8;

export interface GatewayIngestDependencies {
  readonly table: GatewayTable;
  readonly discovered: DiscoverySink;
  /** Takes a request down to the gateway, or drops it when too much is on its way. */
  readonly send: (downlink: Downlink) => void;
  readonly clock: Clock;
  readonly payloadCodecs?: ReadonlyMap<string, PayloadCodec>;
  /** Told of a codec that threw; the message is refused as `malformed_bytes`. */
  readonly onError: (error: unknown) => void;
}

/** Reads gateways' messages: which gateway, its codec, which device, the device's bytes, and a bin's distance as fill level. */
export class GatewayIngest implements GatewayReader {
  readonly #dependencies: GatewayIngestDependencies;
  readonly #payloadCodecs: ReadonlyMap<string, PayloadCodec>;
  readonly #notes: DiscoveryNotes;

  constructor(dependencies: GatewayIngestDependencies) {
    this.#dependencies = dependencies;
    this.#payloadCodecs = dependencies.payloadCodecs ?? payloadCodecs satisfies ReadonlyMap<PayloadCodecName, PayloadCodec>;
    this.#notes = new DiscoveryNotes(dependencies.discovered);
  }

  read(message: InboundMessage): GatewayReading | undefined {
    const { table, clock } = this.#dependencies;
    const { topic, payload, speaker, isKept = false } = message;
    const gateway = speaker === undefined ? table.find(topic) : table.speaking(speaker.device.id, topic);
    if (gateway === undefined) {
      return speaker !== undefined && table.find(topic) !== undefined ? { gateway: speaker, uplinks: [], refusals: [{ reason: 'not_your_topic' }], isSighting: false } : undefined;
    }
    const entry = table.entry(gateway);
    if (entry === undefined) return undefined;
    const now = clock.now();
    const decoded = this.#decode(gateway, { topic, payload, now });
    for (const request of decoded.requests?.slice(0, MOST_REQUESTS) ?? []) this.#dependencies.send({ device: gateway.id, ...request });
    const refusals: Refusal[] = [...decoded.refusals];
    const uplinks: GatewayUplink[] = [];
    for (const uplink of decoded.uplinks) {
      const device = table.device(gateway.id, uplink.externalId);
      if (device !== undefined && uplink.isMention === true) continue;
      if (device !== undefined) uplinks.push({ device, decoded: this.#readDevice(uplink, device, isKept), messageName: uplink.messageName });
      else if (saysNothing(uplink)) refusals.push(...uplink.decoded.refusals);
      else this.#notes.note({ gateway: gateway.id, uplink, topic, payload, now });
    }
    return { gateway: entry, uplinks, refusals, isSighting: !isKept && this.#isSighting(gateway, entry, now) };
  }

  /** A codec doesn't throw; one that does all the same must not stop the others. */
  #decode(gateway: Gateway, message: { topic: string; payload: Uint8Array; now: EpochMs }): GatewayDecoded {
    try {
      return gateway.decoder.decode(message);
    } catch (error) {
      this.#dependencies.onError(error);
      return { uplinks: [], refusals: [{ reason: 'malformed_bytes', detail: gateway.codec.name }] };
    }
  }

  #readDevice(uplink: DeviceUplink, { device: { payloadCodec, install } }: DeviceEntry, isKept: boolean): Decoded {
    let decoded: Decoded;
    try {
      decoded = readUplink(uplink, payloadCodec === undefined ? undefined : this.#payloadCodecs.get(payloadCodec));
    } catch (error) {
      this.#dependencies.onError(error);
      return { readings: [], events: [], refusals: [{ reason: 'malformed_bytes', ...(payloadCodec === undefined ? {} : { detail: payloadCodec }) }] };
    }
    const refusals = [...decoded.refusals];
    const readings: Reading[] = [];
    for (const reading of decoded.readings) {
      // What a broker has kept is the last state; without a time of its own it would pass for a new one.
      if (isKept && reading.ts === undefined) continue;
      const { reading: filled, refusal } = installFill(reading, install);
      if (refusal !== undefined) refusals.push(refusal);
      if (Object.keys(filled.values).length > 0) readings.push(filled);
    }
    return { ...decoded, readings, events: isKept ? decoded.events.filter(({ ts }) => ts !== undefined) : decoded.events, refusals };
  }

  #isSighting(gateway: Gateway, { device: { status, reportingIntervalS } }: DeviceEntry, now: EpochMs): boolean {
    const everyMs = Math.min(SIGHTING_EVERY_MS, (reportingIntervalS * 1000) / 3);
    // One that counts as gone is back with the first message.
    if (status !== 'offline' && now - gateway.sightedAt < everyMs && now >= gateway.sightedAt) return false;
    gateway.sightedAt = now;
    return true;
  }
}

/** Nothing but faults: no sign that there is such a device. */
const saysNothing = ({ decoded: { readings, events, status, refusals }, bytes }: DeviceUplink): boolean =>
  readings.length + events.length === 0 && status === undefined && bytes === undefined && refusals.length > 0;
