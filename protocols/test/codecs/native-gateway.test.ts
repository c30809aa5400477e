import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeGatewayCodec, type GatewayDecoded } from '@liandong/protocols';
import { expectAllPlausible, MUTATIONS, mutatedBytes, mutatedJson } from './mutations.js';

const bytes = (body: unknown): Uint8Array => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const decoder = nativeGatewayCodec.create({ topicPrefix: 'plant/north' });
const send = (topic: string, body: unknown): GatewayDecoded => decoder.decode({ topic, payload: bytes(body), now: 1 });

const SAMPLES = [{ ts: 1_790_000_000_000, values: { fill_level: 41, tilted: false } }, { id: 'e1', type: 'door_opened', data: { method: 'button' } }, { online: false, reason: 'power' }, { id: 'c1', ok: true }];

describe('a native gateway', () => {
  it.each([
    ['telemetry', SAMPLES[0], { readings: [{ ts: 1_790_000_000_000, values: { fill_level: 41, tilted: false } }] }],
    ['event', SAMPLES[1], { events: [{ id: 'e1', type: 'door_opened', data: { method: 'button' } }] }],
    ['status', SAMPLES[2], { status: { online: false, reason: 'power' } }],
    ['reply', SAMPLES[3], { reply: { id: 'c1', ok: true } }],
  ])('carries the %s of a device under its external id', (kind, body, decoded) => {
    const { uplinks, refusals } = send(`plant/north/SN-0007/${kind}`, body);
    expect(refusals).toEqual([]);
    expect(uplinks).toEqual([{ externalId: 'SN-0007', decoded: { readings: [], events: [], refusals: [], ...decoded } }]);
  });

  it('carries an array, as a native device may send it, and refuses value by value', () => {
    const { uplinks: [uplink] } = send('plant/north/SN-0007/telemetry', [{ values: { battery: 90, sugar: 1 } }, { values: { battery: 200 } }]);
    expect(uplink?.decoded).toEqual({ readings: [{ values: { battery: 90 } }], events: [], refusals: [{ reason: 'unknown_metric', detail: 'sugar' }, { reason: 'out_of_range', detail: 'battery' }] });
  });

  it.each([
    ['plant/north/SN-0007/command', 'not_for_us'], ['plant/north/SN-0007/Telemetry', 'not_for_us'], ['plant/north/SN-0007', 'unknown_topic'], ['plant/north//telemetry', 'unknown_topic'],
    ['plant/north/a/b/telemetry', 'unknown_topic'], ['plant/northern/SN-0007/telemetry', 'unknown_topic'], [`plant/north/${'x'.repeat(129)}/telemetry`, 'unknown_topic'],
  ])('refuses %s as %s', (topic, reason) => {
    expect(send(topic, SAMPLES[0])).toMatchObject({ uplinks: [], refusals: [{ reason }] });
  });

  it('never throws and never lets an implausible value through, whatever was mutated', () => {
    const payloads = fc.oneof(mutatedJson(SAMPLES), mutatedBytes(SAMPLES.map(bytes)));
    fc.assert(fc.property(payloads, fc.constantFrom('telemetry', 'event', 'status', 'reply'), (payload, kind) => {
      expectAllPlausible(decoder.decode({ topic: `plant/north/a/${kind}`, payload, now: 1 }));
    }), { numRuns: MUTATIONS });
  });
});
