import fc from 'fast-check';
import { expect } from 'vitest';
import { METRICS, metricByKey, type Decoded, type GatewayDecoded } from '@liandong/protocols';

export const MUTATIONS = 10_000;

/** Valid bytes with a few of them changed, cut off, doubled or inserted. */
export const mutatedBytes = (samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('set', 'cut', 'insert', 'double')), { minLength: 1, maxLength: 6 }))
    .map(([sample, edits]) => edits.reduce<Uint8Array>((bytes, [where, byte, edit]) => {
      const at = bytes.length === 0 ? 0 : where % bytes.length;
      if (edit === 'set') return Uint8Array.from(bytes, (old, index) => index === at ? byte : old);
      if (edit === 'cut') return bytes.slice(0, at);
      if (edit === 'insert') return Uint8Array.from([...bytes.slice(0, at), byte, ...bytes.slice(at)]);
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(Math.max(0, at - 8))]);
    }, sample));

const strange = fc.oneof(fc.jsonValue(), fc.constantFrom('21.5', '0x10', '', '1e9', '-1', 'NaN'), fc.double(), fc.integer(), fc.constantFrom(1e308, -1e308, 2 ** 53, null, true));

/** Valid JSON with one of its values, at any depth, replaced by something else. */
export const mutatedJson = (samples: readonly unknown[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.constantFrom(...samples), fc.nat(), strange).map(([sample, where, value]) => {
    const copy = { root: structuredClone(sample) };
    const places: { parent: Record<string, unknown>; key: string }[] = [];
    const walk = (parent: Record<string, unknown>, key: string): void => {
      places.push({ parent, key });
      const child = parent[key];
      if (typeof child === 'object' && child !== null) for (const name of Object.keys(child)) walk(child as Record<string, unknown>, name);
    };
    walk(copy, 'root');
    const place = places[where % places.length];
    if (place !== undefined) place.parent[place.key] = value;
    return new TextEncoder().encode(JSON.stringify(copy.root));
  });

/** Whatever came in: values of the catalogue only, of their type and in their range, at times that exist. */
export function expectPlausible({ readings, events, status }: Decoded): void {
  for (const { ts, values, distanceMm } of readings) {
    if (ts !== undefined) expect(Number.isSafeInteger(ts) && ts >= 0).toBe(true);
    if (distanceMm !== undefined) expect(distanceMm >= 0 && distanceMm <= 20_000).toBe(true);
    for (const [key, value] of Object.entries(values)) {
      const metric = metricByKey.get(key);
      expect(metric, key).toBeDefined();
      expect(typeof value).toBe(metric?.type);
      if (typeof value === 'number') expect(value >= METRICS[key as keyof typeof METRICS].min && value <= METRICS[key as keyof typeof METRICS].max, `${key} ${value}`).toBe(true);
    }
  }
  for (const { id, ts } of events) {
    expect(id.length).toBeGreaterThan(0);
    expect(id.length).toBeLessThanOrEqual(128);
    if (ts !== undefined) expect(Number.isSafeInteger(ts)).toBe(true);
  }
  if (status !== undefined) expect(typeof status.online).toBe('boolean');
}

export function expectAllPlausible({ uplinks }: GatewayDecoded): void {
  for (const { externalId, decoded } of uplinks) {
    expect(externalId).not.toBe('');
    expectPlausible(decoded);
  }
}

/** Replaces every number of a JSON document by the same number as text. */
export const numbersAsText = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_key, inner: unknown) => typeof inner === 'number' ? String(inner) : inner));
