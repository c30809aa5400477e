import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zigbee2mqttCodec, type Decoded, type GatewayDecoded, type GatewayDecoder } from '@liandong/protocols';
import { expectAllPlausible, MUTATIONS, mutatedBytes, mutatedJson, numbersAsText } from './mutations.js';

const NOW = 1_760_000_000_000;
const bytes = (body: unknown): Uint8Array => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const send = (decoder: GatewayDecoder, topic: string, body: unknown): GatewayDecoded => decoder.decode({ topic: `zigbee2mqtt/${topic}`, payload: bytes(body), now: NOW });
const expose = (property: string, unit?: string): object => ({ type: 'numeric', name: property, property, access: 1, ...(unit === undefined ? {} : { unit }) });

/** Shape: zigbee2mqtt.io, "MQTT topics and messages", `zigbee2mqtt/bridge/devices`; units as zigbee-herdsman-converters exposes them. */
const DEVICES = [
  { ieee_address: '0x00124b0000000001', type: 'Coordinator', friendly_name: 'Coordinator', definition: null },
  { ieee_address: '0xa4c1380000000001', type: 'EndDevice', friendly_name: 'block3/bin-7', description: 'Bin by the gate', definition: { vendor: 'Xiaomi', model: 'DJT11LM', exposes: [
    { type: 'binary', name: 'tilt', property: 'tilt' }, expose('battery', '%'), expose('temperature', '°C') ] } },
  { ieee_address: '0xa4c1380000000002', type: 'Router', friendly_name: 'air', definition: { vendor: 'Tuya', model: 'TS0601_air_quality_sensor', exposes: [
    expose('temperature', '°F'), expose('voc', 'ppb'), expose('formaldehyd', 'µg/m³'), expose('pressure', 'kPa'), expose('illuminance'), expose('illuminance_lux', 'lx'), expose('noise', 'dBA') ] } },
  { ieee_address: '0xa4c1380000000003', type: 'Router', friendly_name: 'air2', definition: { vendor: 'IKEA', model: 'E2112', exposes: [
    { type: 'composite', property: 'air', features: [expose('voc', 'µg/m³')] }, expose('hcho', 'mg/m³'), expose('illuminance', 'lx') ] } },
];

function listed(): GatewayDecoder {
  const decoder = zigbee2mqttCodec.create({ topicPrefix: 'zigbee2mqtt' });
  send(decoder, 'bridge/devices', DEVICES);
  send(decoder, 'bridge/groups', [{ id: 1, friendly_name: 'all lamps' }]);
  return decoder;
}
const only = ({ uplinks }: GatewayDecoded): Decoded => {
  expect(uplinks).toHaveLength(1);
  return (uplinks[0] as GatewayDecoded['uplinks'][number]).decoded;
};

describe('zigbee2mqtt', () => {
  it.each([
    // zigbee2mqtt.io, examples of WSDCGQ01LM and DJT11LM
    ['climate of a device not listed yet', 'stairs', { temperature: 27.34, humidity: 44.72, linkquality: 120 }, { temperature: 27.34, humidity: 44.72 }],
    ['tilt and battery', 'block3/bin-7', { tilt: true, battery: 96, voltage: 2995, vibration: false }, { tilted: true, battery: 96 }],
    ['an open contact', 'lid', { contact: false }, { lid_open: true }],
    ['fahrenheit by exposes', 'air', { temperature: 77 }, { temperature: 25 }],
    ['kilopascal by exposes', 'air', { pressure: 101.3 }, { pressure: 1013 }],
    ['formaldehyde in micrograms by exposes', 'air', { formaldehyd: 80 }, { hcho: 0.08 }],
    ['formaldehyde in milligrams by exposes', 'air2', { hcho: 0.05 }, { hcho: 0.05 }],
    ['VOC by mass, exposed in a composite', 'air2', { voc: 250 }, { tvoc: 250 }],
    ['lux beside the raw figure', 'air', { illuminance: 18_000, illuminance_lux: 63 }, { illuminance: 63 }],
    ['illuminance that is lux', 'air2', { illuminance: 120 }, { illuminance: 120 }],
    ['noise exposed in dBA', 'air', { noise: 48.5 }, { noise: 48.5 }],
    ['particles and CO₂', 'x', { pm25: 12, pm10: 20, co2: 640 }, { pm2_5: 12, pm10: 20, co2: 640 }],
  ])('reads %s', (_name, topic, body, values) => {
    expect(only(send(listed(), topic, body))).toEqual({ readings: [{ values }], events: [], refusals: [] });
  });

  it.each([
    ['VOC in ppb', 'air', { voc: 120 }, 'unknown_unit', 'voc'],
    ['VOC of a device not listed yet', 'new', { voc: 120 }, 'unknown_unit', 'voc'],
    ['illuminance of a device not listed yet', 'new', { illuminance: 18_000 }, 'unknown_unit', 'illuminance'],
    ['a number as text', 'air', { temperature: '21.5' }, 'wrong_type', 'temperature'],
    ['a flag as number', 'x', { tilt: 1 }, 'wrong_type', 'tilt'],
    ['an implausible value', 'x', { humidity: 655.35 }, 'out_of_range', 'humidity'],
  ])('refuses %s', (_name, topic, body, reason, detail) => {
    expect(only(send(listed(), topic, body))).toEqual({ readings: [], events: [], refusals: [{ reason, detail }] });
  });

  it('names listed devices and gives each its model, the coordinator left out', () => {
    const { uplinks } = send(zigbee2mqttCodec.create({ topicPrefix: 'zigbee2mqtt' }), 'bridge/devices', DEVICES);
    expect(uplinks.every(({ isMention }) => isMention === true)).toBe(true);
    expect(uplinks.map(({ externalId, name, model }) => [externalId, name, model])).toEqual([
      ['block3/bin-7', 'Bin by the gate', 'Xiaomi DJT11LM'], ['air', 'air', 'Tuya TS0601_air_quality_sensor'], ['air2', 'air2', 'IKEA E2112'],
    ]);
    expect(uplinks.every(({ decoded }) => decoded.readings.length + decoded.refusals.length === 0 && decoded.status === undefined)).toBe(true);
  });

  it('takes last_seen as the time, ISO or epoch, and keeps the values without one it can not read', () => {
    const at = (lastSeen: unknown): Decoded => only(send(listed(), 'x', { humidity: 40, last_seen: lastSeen }));
    expect(at('2025-10-09T16:53:20+08:00').readings[0]?.ts).toBe(NOW);
    expect(at(NOW).readings[0]?.ts).toBe(NOW);
    expect(at('2025-10-09T16:53:20')).toEqual({ readings: [{ values: { humidity: 40 } }], events: [], refusals: [{ reason: 'bad_time', detail: 'last_seen' }] });
  });

  it.each([['{"state":"online"}', true], ['{"state":"offline"}', false], ['online', true], ['offline', false]])('reads availability %s', (body, online) => {
    const { uplinks } = send(listed(), 'block3/bin-7/availability', body);
    expect(uplinks[0]).toMatchObject({ externalId: 'block3/bin-7', model: 'Xiaomi DJT11LM', decoded: { status: { online }, refusals: [] } });
  });

  it('refuses an availability that is neither', () => {
    expect(only(send(listed(), 'air/availability', '{"state":1}')).refusals).toEqual([{ reason: 'wrong_type', detail: 'availability' }]);
  });

  it('takes every listed device offline with the bridge', () => {
    const { uplinks } = send(listed(), 'bridge/state', '{"state":"offline"}');
    expect(uplinks.map(({ externalId, decoded }) => [externalId, decoded.status?.online])).toEqual([['block3/bin-7', false], ['air', false], ['air2', false]]);
    expect(send(listed(), 'bridge/state', 'online').uplinks).toEqual([]);
  });

  it.each(['air/set', 'air/get', 'air/set/temperature', 'bridge/logging', 'bridge/request/permit_join', 'all lamps', 'all lamps/availability'])('has nothing to do with %s', (topic) => {
    expect(send(listed(), topic, { temperature: 20 })).toEqual({ uplinks: [], refusals: [] });
  });

  it('blames a listed device for a broken payload and nobody for a bare value', () => {
    expect(only(send(listed(), 'air', '{"temp')).refusals).toEqual([{ reason: 'malformed_json' }]);
    expect(send(listed(), 'air/temperature', '21.5')).toEqual({ uplinks: [], refusals: [{ reason: 'wrong_type', detail: 'payload' }] });
    expect(send(listed(), 'air', '')).toEqual({ uplinks: [], refusals: [] });
  });

  it('refuses a megabyte before it is parsed', () => {
    const payload = new Uint8Array(1_000_000).fill(0x20);
    for (const topic of ['zigbee2mqtt/air', 'zigbee2mqtt/bridge/devices']) {
      const { uplinks, refusals } = listed().decode({ topic, payload, now: NOW });
      expect([...refusals, ...uplinks.flatMap(({ decoded }) => decoded.refusals)].map(({ reason }) => reason)).toEqual(['payload_too_large']);
    }
  });

  it('remembers at most 1,000 devices', () => {
    const decoder = zigbee2mqttCodec.create({ topicPrefix: 'zigbee2mqtt' });
    expect(send(decoder, 'bridge/devices', Array.from({ length: 1500 }, (_, index) => ({ friendly_name: `d${index}` }))).uplinks).toHaveLength(1000);
  });

  it('never throws, and never makes a number of text, whatever comes', () => {
    const decoder = listed();
    const state = { temperature: 77, pressure: 101.3, formaldehyd: 80, illuminance_lux: 63, noise: 48, battery: 90, tilt: false, last_seen: '2025-10-09T16:53:20+08:00' };
    const payload = fc.oneof(mutatedBytes([bytes(state), bytes(DEVICES)]), mutatedJson([state, DEVICES]));
    fc.assert(fc.property(payload, fc.constantFrom('air', 'new', 'air/availability', 'bridge/devices', 'bridge/state', 'bridge/groups'), (body, topic) => {
      expectAllPlausible(decoder.decode({ topic: `zigbee2mqtt/${topic}`, payload: body, now: NOW }));
    }), { numRuns: MUTATIONS });
    expect(only(send(listed(), 'air', numbersAsText(state))).readings).toEqual([{ values: { tilted: false }, ts: NOW }]);
  });
});
