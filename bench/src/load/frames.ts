import type { MetricKey } from '@liandong/protocols';

/** MQTT 3.1.1 frames made by hand: the load must cost as little as possible on a machine it shares with what is measured. */

export interface Login { readonly clientId: string; readonly username?: string; readonly password?: string }

const PUBLISH_QOS_1 = 0x32;
export const PUBACK = 0x40;
export const CONNACK = 0x20;
/** Every packet a broker sends to a publisher of QoS 1 has this length. */
export const ANSWER_BYTES = 4;
export const DISCONNECT = Buffer.from([0xe0, 0x00]);

/** Clean session, keep-alive off (clause 3.1.2.10: zero turns it off). */
export function connectFrame({ clientId, username, password }: Login): Buffer {
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const texts = [clientId, username, password].filter((text) => text !== undefined).map(lengthPrefixed);
  return frame(0x10, [lengthPrefixed('MQTT'), Buffer.from([0x04, flags, 0x00, 0x00]), ...texts]);
}

/** A PUBLISH of QoS 1; `packetId` from 1 to 65,535. */
export function publishFrame(topic: string, payload: string, packetId: number): Buffer {
  const id = Buffer.alloc(2);
  id.writeUInt16BE(packetId);
  return frame(PUBLISH_QOS_1, [lengthPrefixed(topic), id, Buffer.from(payload)]);
}

/** The metrics of every message; all of the hub's catalogue, and within its ranges and alert limits. */
export const METRICS = ['temperature', 'humidity', 'pm2_5', 'noise'] as const satisfies readonly MetricKey[];
const WHOLES = [18, 42, 20, 40];
const TS_DIGITS = 13;
const ZERO = 0x30;

/** One message of a device; what changes from message to message is written into a copy. */
export class PublishTemplate {
  readonly length: number;
  readonly #frame: Buffer;
  readonly #packetIdAt: number;
  readonly #tsAt: number;
  readonly #decimalsAt: readonly number[];

  constructor(topic: string) {
    const values = METRICS.map((metric, index) => `"${metric}":${WHOLES[index] ?? 0}.0`).join(',');
    const payload = `{"ts":${'0'.repeat(TS_DIGITS)},"values":{${values}}}`;
    this.#frame = frame(PUBLISH_QOS_1, [lengthPrefixed(topic), Buffer.alloc(2), Buffer.from(payload)]);
    this.length = this.#frame.length;
    const payloadAt = this.length - payload.length;
    this.#packetIdAt = payloadAt - 2;
    this.#tsAt = payloadAt + payload.indexOf('0');
    this.#decimalsAt = METRICS.map((metric) => payloadAt + payload.indexOf('.', payload.indexOf(`"${metric}"`)) + 1);
  }

  /** Writes the message at `offset`. `packetId` from 1 to 65,535; `ts` in epoch ms. */
  write(into: Buffer, offset: number, packetId: number, ts: number): void {
    this.#frame.copy(into, offset);
    into.writeUInt16BE(packetId, offset + this.#packetIdAt);
    let rest = ts;
    for (let at = offset + this.#tsAt + TS_DIGITS - 1; at >= offset + this.#tsAt; at -= 1) {
      const shorter = Math.floor(rest / 10);
      into[at] = ZERO + (rest - shorter * 10);
      rest = shorter;
    }
    for (const [index, at] of this.#decimalsAt.entries()) into[offset + at] = ZERO + (packetId + index) % 10;
  }
}

function frame(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type, ...remainingLength(body.length)]), body]);
}

/** Seven bits a byte, the eighth says that more follow (clause 2.2.3). */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
