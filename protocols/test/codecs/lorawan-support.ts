import fc from 'fast-check';
import { expect } from 'vitest';
import { metricByKey, payloadCodecs, readUplink, type Decoded, type GatewayCodec, type GatewayDecoded, type Reading } from '@liandong/protocols';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
export const base64 = (hex: string): string => Buffer.from(bytesOf(hex)).toString('base64');
export const textOf = (body: unknown): Uint8Array => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

/** The decoder of one gateway, fed by topic and body. */
export function feeder(codec: GatewayCodec, topicPrefix: string): (topic: string, body: unknown) => GatewayDecoded {
  const decoder = codec.create({ topicPrefix });
  return (topic, body) => decoder.decode({ topic, payload: body instanceof Uint8Array ? body : textOf(body), now: 1_800_000_000_000 });
}

/** Every value is of its metric's type and in its range, and every number of `numbers` when given. */
export function expectPlausible(readings: readonly Reading[], numbers?: ReadonlySet<number>): void {
  for (const { ts, values, distanceMm } of readings) {
    if (ts !== undefined && !(Number.isSafeInteger(ts) && ts >= 0)) expect.fail(`ts ${ts}`);
    if (distanceMm !== undefined && !(distanceMm >= 0 && distanceMm <= 20_000)) expect.fail(`distanceMm ${distanceMm}`);
    if (distanceMm !== undefined && numbers?.has(distanceMm) === false) expect.fail(`distanceMm ${distanceMm} is no number of the message`);
    for (const [key, value] of Object.entries(values)) {
      const metric = metricByKey.get(key);
      if (metric === undefined || typeof value !== metric.type) expect.fail(`${key} ${value}`);
      else if (typeof value === 'number' && !(value >= metric.min && value <= metric.max)) expect.fail(`${key} ${value} out of range`);
      else if (typeof value === 'number' && numbers?.has(value) === false) expect.fail(`${key} ${value} is no number of the message`);
    }
  }
}

/** Whatever a payload codec or none makes of each uplink. */
export function expectPlausibleUplinks({ uplinks, refusals }: GatewayDecoded, text: Uint8Array): void {
  const numbers = numbersIn(text);
  if (numbers === undefined && (uplinks.length > 0 || refusals.length === 0)) expect.fail('a value from what is no JSON');
  for (const uplink of uplinks) {
    expectPlausible(uplink.decoded.readings, numbers);
    expectPlausible(readUplink(uplink, undefined).readings, numbers);
    for (const codec of payloadCodecs.values()) expectPlausible(readUplink(uplink, codec).readings);
  }
}

/** All numbers of a JSON text, and 0: the servers leave it out. Undefined: no JSON. */
function numbersIn(text: Uint8Array): Set<number> | undefined {
  const numbers = new Set([0]);
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text), (_key, value: unknown) => {
      if (typeof value === 'number') numbers.add(Math.round(value * 1e6) / 1e6).add(value);
      return value;
    });
    return numbers;
  } catch {
    return undefined;
  }
}

/** A number as text everywhere: what a careless decoder emits. */
export const numbersAsText = (body: Json): Json => JSON.parse(JSON.stringify(body, (_key, value: Json) => typeof value === 'number' ? String(value) : value)) as Json;

const STRANGE: Json[] = [null, true, false, '', '0', '-12.5', 'NaN', '1e3', [], {}, [[]], [1], { a: 1 }, 0, -1, 0.5, 1e308, -1e308, 2 ** 53, 65_535, 'x'.repeat(3000)];

/** One to three edits of a JSON value: deletions, other types, numbers as text, huge ones, keys renamed. Then perhaps bytes flipped or cut. */
export const mutatedJson = (body: Json): fc.Arbitrary<Uint8Array> =>
  fc.tuple(
    fc.array(fc.record({ place: fc.nat(), edit: fc.constantFrom('delete', 'replace', 'text', 'rename'), value: fc.constantFrom(...STRANGE) }), { minLength: 1, maxLength: 3 }),
    fc.option(mutation, { freq: 4 }),
  ).map(([edits, bytes]) => {
    const copy = structuredClone(body);
    for (const { place, edit, value: shared } of edits) {
      const value = structuredClone(shared); // a later edit may reach into it
      const slots = slotsIn(copy);
      const slot = slots[place % slots.length];
      if (slot === undefined) continue;
      const was = slot.of[slot.key] as Json;
      if (edit === 'delete') delete slot.of[slot.key];
      else if (edit === 'text') slot.of[slot.key] = typeof was === 'number' ? String(was) : value;
      else if (edit === 'rename') { delete slot.of[slot.key]; slot.of[`${slot.key}x`] = was; }
      else slot.of[slot.key] = value;
    }
    const text = Uint8Array.from(textOf(copy));
    return bytes === null ? text : apply(text, bytes);
  });

interface Slot { of: Record<string, Json>; key: string }

/** Every place in a JSON value that holds another. */
function slotsIn(value: Json): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  const of = value as Record<string, Json>; // an array's indexes are keys too
  return Object.keys(of).flatMap((key) => [{ of, key }, ...slotsIn(of[key] ?? null)]);
}

interface ByteMutation { kind: 'flip' | 'cut' | 'insert' | 'set'; at: number; value: number }
const mutation: fc.Arbitrary<ByteMutation> = fc.record({ kind: fc.constantFrom('flip', 'cut', 'insert', 'set'), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });

function apply(bytes: Uint8Array, { kind, at, value }: ByteMutation): Uint8Array {
  const index = bytes.length === 0 ? 0 : at % bytes.length;
  if (kind === 'cut') return bytes.slice(0, index);
  if (kind === 'insert') return Uint8Array.from([...bytes.slice(0, index), value, ...bytes.slice(index)]);
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) copy[index] = kind === 'flip' ? (copy[index] as number) ^ (1 << (value % 8)) : value;
  return copy;
}

/** One to four edits of one of these payloads. */
export const mutatedBytes = (payloads: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.constantFrom(...payloads), fc.array(mutation, { minLength: 1, maxLength: 4 })).map(([bytes, edits]) => edits.reduce(apply, bytes));

export const reasons = (decoded: Pick<Decoded, 'refusals'>): string[] => decoded.refusals.map(({ reason }) => reason);
