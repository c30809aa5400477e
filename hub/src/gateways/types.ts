import type { Decoded, DeviceId, EpochMs, Refusal } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import type { InboundMessage } from '../ingest/ingest.js';

/** A device that a gateway speaks of and nobody has registered. */
export interface DiscoveredNote {
  readonly gateway: DeviceId;
  /** How the gateway names it. */
  readonly externalId: string;
  readonly name?: string;
  readonly model?: string;
  /** The message's payload as text, first 2 KiB, personal values masked; hex where it is no text. */
  readonly sample: string;
  readonly now: EpochMs;
}

/** Keeps the list of discovered devices. Told at most once per device and 5 s. */
export interface DiscoverySink {
  /** Doesn't wait: the message is acknowledged whatever comes of it. An error is the sink's own to report. */
  note(discovered: DiscoveredNote): void;
}

/** What one of a gateway's devices sent. */
export interface GatewayUplink {
  readonly device: DeviceEntry;
  readonly decoded: Decoded;
  /** How the network server names this message of the device, if it does. */
  readonly messageName: string | undefined;
}

/** A gateway's message, read: what its devices sent, and what can't be put down to one of them. */
export interface GatewayReading {
  readonly gateway: DeviceEntry;
  readonly uplinks: readonly GatewayUplink[];
  readonly refusals: readonly Refusal[];
  /** The gateway itself has been heard, and that is worth a record: not with every message. */
  readonly isSighting: boolean;
}

export interface GatewayReader {
  /** Undefined: the topic is under no gateway's prefix. */
  read(message: InboundMessage): GatewayReading | undefined;
}

/** What an external broker has to know: where gateways publish. */
export interface GatewayTopics {
  /** What to subscribe to, for all registered gateways. */
  filters(): ReadonlySet<string>;
  /** Told when `filters` may have changed. */
  onChange(listener: () => void): () => void;
}

/** A message down to a gateway. */
export interface Downlink { readonly device: DeviceId; readonly topic: string; readonly payload: Uint8Array }
