import { LIMITS } from '../limits.js';
import type { EpochMs } from '../ids.js';
import { METRICS } from '../metrics.js';
import type { Refusal } from '../refusals.js';
import type { Decoded, Reading } from './decoded.js';
import { readFields } from './fields.js';
import type { DeviceUplink, GatewayDecoded, PayloadCodec, UplinkBytes } from './gateway.js';
import { draginoLdds75Fields, isLdds75 } from './dragino-ldds75.js';
import { lorawanFields } from './lorawan-fields.js';
import { gather } from './lorawan-reading.js';
import { valueFault } from './native.js';

/** What a LoRaWAN network server says of one uplink, in words common to all of them. */
export interface ServerUplink {
  readonly externalId: string;
  readonly name?: string | undefined;
  readonly model?: string | undefined;
  /** When it was heard, RFC 3339, as the server wrote it; the first usable one counts. */
  readonly times: readonly unknown[];
  /** What the server's own decoder made of the bytes. */
  readonly object: unknown;
  /** Base64 of the bytes. */
  readonly data: unknown;
  readonly fPort: unknown;
  /** The gateways that heard it, each with `rssi` and `snr`. */
  readonly heardBy: unknown;
  /** The servers leave 0 out: with LoRa modulation a missing `snr` is 0 dB, with FSK there is none. */
  readonly isLora: boolean;
}

/**
 * What comes of one uplink. With both a decoded object and bytes the uplink carries both, and `readUplink` picks. Without a usable time nothing is
 * kept, as with a native device; the device has been heard all the same.
 */
export function decodeServerUplink(uplink: ServerUplink): Mutable<DeviceUplink> {
  const ts = firstTime(uplink.times);
  const out = identify(uplink.externalId, uplink.name, uplink.model);
  if (ts === 'bad_time') {
    out.decoded.refusals.push({ reason: 'bad_time', detail: 'time' });
    return out;
  }
  const radio = readSignal(uplink.heardBy, uplink.isLora, ts);
  const bytes = readBytes(uplink.data, uplink.fPort);
  if (bytes !== undefined && 'reason' in bytes) radio.refusals.push(bytes);
  out.decoded = radio;
  if (!isEmpty(uplink.object)) {
    const object = readObject(uplink.object, uplink.model, ts);
    out.decoded = decoded(radio.readings.concat(object.readings), radio.refusals.concat(object.refusals));
  } else if (bytes === undefined) {
    radio.refusals.push({ reason: 'missing_object' });
  }
  if (bytes === undefined || 'reason' in bytes) return out;
  out.bytes = bytes;
  if (out.decoded !== radio) out.withoutObject = radio;
  if (ts !== undefined) out.ts = ts;
  return out;
}

/**
 * What an uplink comes to for a device that names this payload codec, or none. The codec's bytes win over what the server decoded: its units are known.
 * Bytes alone and no codec to read them is `missing_object`.
 */
export function readUplink(uplink: DeviceUplink, codec: PayloadCodec | undefined): Decoded {
  if (uplink.bytes === undefined) return uplink.decoded;
  const around = uplink.withoutObject ?? uplink.decoded;
  if (codec !== undefined) {
    const payload = codec.decode(uplink.bytes, uplink.ts);
    return { ...around, readings: [...around.readings, ...payload.readings], refusals: [...around.refusals, ...payload.refusals] };
  }
  if (uplink.withoutObject !== undefined) return uplink.decoded;
  return { ...around, refusals: [...around.refusals, { reason: 'missing_object' }] };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The message's JSON object, or why there is none. Size is looked at first. */
export function parseObject(payload: Uint8Array): { body: JsonObject } | { refusal: Refusal } {
  if (payload.byteLength > LIMITS.payloadBytes) return { refusal: { reason: 'payload_too_large' } };
  try {
    const body: unknown = JSON.parse(utf8.decode(payload));
    return isObject(body) ? { body } : { refusal: { reason: 'wrong_type', detail: 'message' } };
  } catch {
    return { refusal: { reason: 'malformed_json' } };
  }
}

const EUI = /^[0-9a-f]{16}$/i;

/** A devEui as we keep it, 16 lower-case hex digits; undefined when it isn't one. */
export const normaliseEui = (value: unknown): string | undefined => typeof value === 'string' && EUI.test(value) ? value.toLowerCase() : undefined;

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 with up to nanoseconds to whole milliseconds; undefined when it isn't a time since 1970 that exists. */
export function parseTime(value: unknown): EpochMs | undefined {
  if (typeof value !== 'string' || !RFC3339.test(value)) return undefined;
  // Date.parse takes 30 February for 2 March.
  const day = Number(value.slice(8, 10));
  if (day > 28 && day > new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate()) return undefined;
  const ms = Date.parse(value);
  return ms >= 0 ? ms : undefined;
}

/** Undefined when the server gave none. */
export function firstTime(times: readonly unknown[]): EpochMs | undefined | 'bad_time' {
  let isGiven = false;
  for (const time of times) {
    const ts = parseTime(time);
    if (ts !== undefined) return ts;
    isGiven ||= time !== undefined;
  }
  return isGiven ? 'bad_time' : undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asObject = (value: unknown): JsonObject => isObject(value) ? value : NOTHING;
const NOTHING: JsonObject = {};

/** Text for people, cut to a length a list can show. */
export const asText = (value: unknown): string | undefined => typeof value === 'string' && value !== '' ? value.slice(0, 100) : undefined;

export const decoded = (readings: Reading[] = [], refusals: Refusal[] = []): Decoded => ({ readings, events: [], refusals });
export const refused = (reason: Refusal['reason'], detail?: string): GatewayDecoded =>
  ({ uplinks: [], refusals: [detail === undefined ? { reason } : { reason, detail: detail.slice(0, 64) }] });

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An uplink that so far says who sent it. Built by assignment: on this path spreading objects costs as much as parsing them. */
export function identify(externalId: string, name: string | undefined, model: string | undefined): Mutable<DeviceUplink> {
  const out: Mutable<DeviceUplink> = { externalId, decoded: decoded() };
  if (name !== undefined) out.name = name;
  if (model !== undefined) out.model = model;
  return out;
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** A name that tells messages apart; undefined for one that is none, such as the nil UUID of a server that fills in nothing. */
export const asMessageName = (value: unknown): string | undefined => typeof value === 'string' && value !== '' && value.length <= 100 && value !== NIL_UUID ? value : undefined;

/** A device that joined is there. */
export const joined = (uplink: DeviceUplink): Mutable<DeviceUplink> => ({ ...uplink, decoded: { ...decoded(), status: { online: true, reason: 'join' } } });

function readObject(object: unknown, model: string | undefined, ts: EpochMs | undefined): { readings: Reading[]; refusals: Refusal[] } {
  if (!isObject(object)) return { readings: [], refusals: [{ reason: 'wrong_type', detail: 'object' }] };
  const fields = isLdds75(object, model) ? draginoLdds75Fields : lorawanFields;
  const read = readFields(object, fields, ts);
  if (read.readings.length > 0 || read.refusals.length > 0 || Object.keys(object).some((key) => Object.hasOwn(fields, key))) return read;
  return { readings: [], refusals: [{ reason: 'unknown_metric', detail: Object.keys(object).join(', ').slice(0, 64) }] };
}

/** A decoder that makes nothing of a message leaves the object out, or empty. */
function isEmpty(object: unknown): boolean {
  if (object === undefined || object === null) return true;
  if (!isObject(object)) return false;
  for (const _key in object) return false;
  return true;
}

/** The best gateway's rssi and snr. One that is out of range is refused by itself: the payload has nothing to do with it. */
function readSignal(heardBy: unknown, isLora: boolean, ts: EpochMs | undefined): Decoded {
  const signal = gather(ts);
  let best: JsonObject | undefined;
  if (Array.isArray(heardBy)) for (const entry of heardBy as unknown[]) if (isObject(entry) && rank(entry) > rank(best)) best = entry;
  if (best !== undefined) {
    const { rssi, snr = isLora ? 0 : undefined } = best;
    signal.put('rssi', rssi as number); // rank has checked
    if (typeof snr === 'number') signal.put('snr', snr);
    else if (snr !== undefined) signal.refuse({ reason: 'wrong_type', detail: 'snr' });
  }
  const { readings, refusals } = signal.done();
  return decoded(readings, refusals);
}

/** Strength to compare by: plausible ones first, an entry without a number never. */
function rank(entry: JsonObject | undefined): number {
  const rssi = entry?.['rssi'];
  if (typeof rssi !== 'number') return -Infinity;
  return valueFault(METRICS.rssi, rssi) === undefined ? rssi : -1e9;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Undefined: there are none. An absent `fPort` is 0: the servers leave 0 out. */
function readBytes(data: unknown, fPort: unknown = 0): UplinkBytes | Refusal | undefined {
  if (data === undefined || data === null || data === '') return undefined;
  if (typeof data !== 'string' || !BASE64.test(data)) return { reason: 'malformed_bytes', detail: 'base64' };
  if (typeof fPort !== 'number' || !Number.isInteger(fPort) || fPort < 0 || fPort > 255) return { reason: 'wrong_type', detail: 'fPort' };
  return { fPort, data: bytesOf(data) };
}

/** Of every character code below 128, its six bits. */
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(code))));

/** Of text that BASE64 has let through. For a payload of a few bytes `atob` and a copy cost several times as much. */
function bytesOf(base64: string): Uint8Array {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array(base64.length / 4 * 3 - padding);
  const six = (index: number): number => SIX_BITS[base64.charCodeAt(index)] ?? 0; // padding is 0, and cut off
  for (let from = 0, to = 0; from < base64.length; from += 4, to += 3) {
    const bits = six(from) << 18 | six(from + 1) << 12 | six(from + 2) << 6 | six(from + 3);
    bytes[to] = bits >> 16; // a byte past the end is dropped
    bytes[to + 1] = bits >> 8;
    bytes[to + 2] = bits;
  }
  return bytes;
}
