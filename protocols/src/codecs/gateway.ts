import type { CodecName, PayloadCodecName } from '../devices.js';
import type { EpochMs } from '../ids.js';
import type { Refusal } from '../refusals.js';
import type { Decoded, Reading } from './decoded.js';

/** Bytes as a LoRaWAN device sent them, for the device's payload codec. */
export interface UplinkBytes { readonly fPort: number; readonly data: Uint8Array }

/** What a gateway's message says of one of its devices. */
export interface DeviceUplink {
  /** devEui, friendly name, serial: how the gateway names the device. */
  readonly externalId: string;
  /** What people call it at the gateway, and what it is; for the list of discovered devices. */
  readonly name?: string;
  readonly model?: string;
  readonly decoded: Decoded;
  /** There are bytes that only the device's payload codec can read. `decoded` then holds what else is known, such as signal strength. */
  readonly bytes?: UplinkBytes;
  /** `decoded` without what the gateway's own decoder made of the same bytes; there when both are. For a device with a payload codec. */
  readonly withoutObject?: Decoded;
  /** Device time for what comes of `bytes`. */
  readonly ts?: EpochMs;
  /** Only named, as in a gateway's list of its devices: it has said nothing itself, and `decoded` is empty. */
  readonly isMention?: true;
  /** How the network server names this message of this device: the same name again is the same message, delivered once more. At most 128 characters. */
  readonly messageName?: string;
}

export interface GatewayDecoded {
  readonly uplinks: DeviceUplink[];
  /** What can't be put down to one device. */
  readonly refusals: Refusal[];
  /** Messages the format wants sent back, such as a Sparkplug rebirth request. */
  readonly requests?: { readonly topic: string; readonly payload: Uint8Array }[];
}

export interface GatewayMessage {
  /** The whole topic. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly now: EpochMs;
}

/** One gateway's decoder. May remember things (alias maps), always a bounded number of them. Never throws: what is wrong comes back as refusals. */
export interface GatewayDecoder { decode(message: GatewayMessage): GatewayDecoded }

/** A gateway's wire format. Adding one is a file and a line in `registry.ts`. */
export interface GatewayCodec {
  readonly name: CodecName;
  /** Where such gateways publish unless set otherwise; left out where that differs from one to the next. */
  readonly defaultPrefix?: string;
  /** What to subscribe to on an external broker, for a gateway with this `topicPrefix`. */
  filters(topicPrefix: string): string[];
  create(options: { topicPrefix: string }): GatewayDecoder;
}

/** A byte format. Pure; never throws: truncated bytes or an unknown channel come back as refusals. */
export interface PayloadCodec {
  readonly name: PayloadCodecName;
  decode(bytes: UplinkBytes, ts: EpochMs | undefined): { readings: Reading[]; refusals: Refusal[] };
}
