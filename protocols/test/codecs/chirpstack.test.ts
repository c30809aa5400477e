import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chirpstackCodec, milesightCodec, readUplink, type DeviceUplink, type GatewayDecoded } from '@liandong/protocols';
import { base64, expectPlausibleUplinks, feeder, mutatedJson, numbersAsText, reasons, textOf, type Json } from './lorawan-support.js';

const PREFIX = 'application/17c82e96-be03-4f38-aef3-f83d48582d97';
const EUI = '0101010101010101';
const feed = feeder(chirpstackCodec, PREFIX);
const send = (type: string, body: unknown): GatewayDecoded => feed(`${PREFIX}/device/${EUI}/event/${type}`, body);
const only = ({ uplinks, refusals }: GatewayDecoded): DeviceUplink => {
  expect(refusals).toEqual([]);
  expect(uplinks).toHaveLength(1);
  return uplinks[0] as DeviceUplink; // just counted
};

/** ChirpStack documentation, "Event types". */
const deviceInfo = {
  tenantId: '52f14cd4-c6f1-4fbd-8f87-4025e1d49242', tenantName: 'ChirpStack', applicationId: '17c82e96-be03-4f38-aef3-f83d48582d97', applicationName: 'Test application',
  deviceProfileId: '14855bf7-d10d-4aee-b618-ebfcb64dc7ad', deviceProfileName: 'Test device-profile', deviceName: 'Test device', devEui: EUI, tags: { key: 'value' },
};
const up = {
  deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d', time: '2022-07-18T09:34:15.775023242+00:00', deviceInfo, devAddr: '00189440', dr: 1, fPort: 1, data: 'qg==',
  rxInfo: [{ gatewayId: '0016c001f153a14c', uplinkId: 4217106255, rssi: -36, snr: 10.5, context: 'E3OWOQ==', metadata: { region_name: 'eu868', region_common_name: 'EU868' } }],
  txInfo: { frequency: 867100000, modulation: { lora: { bandwidth: 125000, spreadingFactor: 11, codeRate: 'CR_4_5' } } },
};
const status = { deduplicationId: 'bf2a9746-1c8b-49be-a92e-f0b89c8534e4', time: '2022-07-18T09:35:06.927172638+00:00', deviceInfo, margin: 10, batteryLevel: 88.3 };
const join = { deduplicationId: 'c9dbe358-2578-4fb7-b295-66b44edc45a6', time: '2022-07-18T09:33:28.823500726+00:00', deviceInfo, devAddr: '00189440' };
const TS = Date.UTC(2022, 6, 18, 9, 34, 15, 775);
/** What Milesight's decoder puts into `object` for the bytes of its README. */
const bin = { ...up, fPort: 85, data: base64('01755C 03670101 04824408 050001'), object: { battery: 92, temperature: 25.7, distance: 2116, position: 'tilt' } };
const RADIO = { ts: TS, values: { rssi: -36, snr: 10.5 } };

describe('ChirpStack v4 uplinks', () => {
  it('subscribes to the events of its application', () => expect(chirpstackCodec.filters(PREFIX)).toEqual([`${PREFIX}/device/+/event/+`]));

  it('gives bytes and signal of the documented example', () => {
    expect(only(send('up', up))).toEqual({
      externalId: EUI, name: 'Test device', model: 'Test device-profile',
      decoded: { readings: [RADIO], events: [], refusals: [] }, bytes: { fPort: 1, data: Uint8Array.of(0xaa) }, ts: TS, messageName: `up ${up.deduplicationId}`,
    });
  });

  it('names a message by its deduplicationId and its type, and by nothing that is no name', () => {
    expect([only(send('up', up)), only(send('status', { ...status, deduplicationId: up.deduplicationId }))].map(({ messageName }) => messageName)).toEqual([`up ${up.deduplicationId}`, `status ${up.deduplicationId}`]);
    for (const deduplicationId of [undefined, null, '', 7, {}, 'x'.repeat(101), '00000000-0000-0000-0000-000000000000']) expect(only(send('up', { ...up, deduplicationId }))).not.toHaveProperty('messageName');
  });

  it('gives both the decoded object and the bytes', () => {
    const uplink = only(send('up', bin));
    const values = { battery: 92, temperature: 25.7, tilted: true };
    expect(uplink.decoded).toEqual({ readings: [RADIO, { ts: TS, values, distanceMm: 2116 }], events: [], refusals: [] });
    expect(uplink.withoutObject?.readings).toEqual([RADIO]);
    expect(readUplink(uplink, undefined)).toEqual(uplink.decoded);
    expect(readUplink({ ...uplink, decoded: { ...uplink.decoded, readings: [] } }, milesightCodec).readings).toEqual([RADIO, { ts: TS, values, distanceMm: 2116 }]);
  });

  it('says missing_object for bytes that nobody reads, and for neither bytes nor object', () => {
    expect(reasons(readUplink(only(send('up', up)), undefined))).toEqual(['missing_object']);
    expect(reasons(only(send('up', { ...up, data: undefined })).decoded)).toEqual(['missing_object']);
    expect(reasons(only(send('up', { ...up, data: '', object: {} })).decoded)).toEqual(['missing_object']);
  });

  it('says which fields it does not know when it knows none', () => {
    const { decoded } = only(send('up', { ...up, data: undefined, object: { temp: 251, Bat: 3.6 } }));
    expect(decoded.refusals).toEqual([{ reason: 'unknown_metric', detail: 'temp, Bat' }]);
  });

  it.each(['qg', 'q===', 'qg=', '*g==', 'q g=', 'qg==\n', 'AA-_', 'data:;base64,qg==', 7, {}])('refuses %j as base64 and keeps the object', (data) => {
    const uplink = only(send('up', { ...bin, data }));
    expect(uplink.bytes).toBeUndefined();
    expect(uplink.decoded.refusals).toEqual([{ reason: 'malformed_bytes', detail: 'base64' }]);
    expect(uplink.decoded.readings).toHaveLength(2);
  });

  it.each(['85', -1, 256, 1.5, null])('refuses the bytes with fPort %j', (fPort) => {
    expect(only(send('up', { ...up, fPort })).bytes).toBeUndefined();
    expect(reasons(only(send('up', { ...up, fPort })).decoded)).toEqual(['wrong_type']);
  });

  it('takes an absent fPort and an absent snr for 0: JSON leaves it out', () => {
    const uplink = only(send('up', { ...up, fPort: undefined, rxInfo: [{ gatewayId: 'a', rssi: -100 }] }));
    expect(uplink.bytes?.fPort).toBe(0);
    expect(uplink.decoded.readings[0]?.values).toEqual({ rssi: -100, snr: 0 });
    expect(only(send('up', { ...up, rxInfo: [{ rssi: -100 }], txInfo: { modulation: { fsk: {} } } })).decoded.readings[0]?.values).toEqual({ rssi: -100 });
  });

  it('takes the signal of the gateway that heard it best', () => {
    const rxInfo = [{ rssi: -110, snr: 9 }, { rssi: -70, snr: 3.5 }, { rssi: 200, snr: 1 }, { rssi: '-1' }, null];
    expect(only(send('up', { ...up, rxInfo })).decoded.readings[0]?.values).toEqual({ rssi: -70, snr: 3.5 });
  });

  it('refuses an impossible signal by itself', () => {
    const { decoded } = only(send('up', { ...bin, rxInfo: [{ rssi: 20, snr: 99 }] }));
    expect(decoded.readings).toEqual([{ ts: TS, values: { battery: 92, temperature: 25.7, tilted: true }, distanceMm: 2116 }]);
    expect(decoded.refusals).toEqual([{ reason: 'out_of_range', detail: 'rssi' }, { reason: 'out_of_range', detail: 'snr' }]);
  });

  it('places the same time at the same millisecond, whatever its zone: a duplicate is the same value', () => {
    const again = only(send('up', { ...bin, time: '2022-07-18T17:34:15.775999999+08:00' }));
    expect(again.decoded.readings).toEqual(only(send('up', bin)).decoded.readings);
    expect(only(send('up', bin))).toEqual(only(send('up', structuredClone(bin))));
  });

  it.each(['yesterday', '2022-02-30T00:00:00Z', '2022-13-01T00:00:00Z', '2022-07-18 09:34:15', '2022-07-18T09:34:15', '0001-01-01T00:00:00Z', '2022-07-18T25:00:00Z', 1658136855775, null, ''])('keeps nothing at the time %j', (time) => {
    expect(only(send('up', { ...bin, time }))).toEqual({ externalId: EUI, name: 'Test device', model: 'Test device-profile', decoded: { readings: [], events: [], refusals: [{ reason: 'bad_time', detail: 'time' }] }, messageName: `up ${bin.deduplicationId}` });
  });

  it('leaves the time to the hub when there is none', () => {
    const uplink = only(send('up', { ...bin, time: undefined }));
    expect(uplink.decoded.readings.every((reading) => reading.ts === undefined)).toBe(true);
    expect(uplink).not.toHaveProperty('ts');
  });

  it('reads Dragino\'s text for an LDDS75 and for nobody else', () => {
    const object = { Bat: '3.4 V', Distance: '512 mm', TempC_DS18B20: '25.10 °C' };
    const values = (body: unknown): unknown[] => only(send('up', body)).decoded.readings.slice(1);
    expect(values({ ...up, object: { Node_type: 'LDDS75', ...object } })).toEqual([{ ts: TS, values: { temperature: 25.1 }, distanceMm: 512 }]);
    expect(values({ ...up, object, deviceInfo: { ...deviceInfo, deviceProfileName: 'Dragino LDDS75' } })).toEqual([{ ts: TS, values: { temperature: 25.1 }, distanceMm: 512 }]);
    expect(values({ ...up, object })).toEqual([]);
  });
});

describe('fields of a decoded object', () => {
  const read = (object: unknown) => only(send('up', { ...up, data: undefined, rxInfo: [], object })).decoded;

  it.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ temperature: 23.8, humidity: 62, pir: 'trigger', light_level: 2, co2: 936, tvoc: 0.37, pressure: 1008.6, hcho: 0.07, pm2_5: 32, pm10: 48 }, // AM319 README
      { temperature: 23.8, humidity: 62, co2: 936, pressure: 1008.6, hcho: 0.07, pm2_5: 32, pm10: 48 }],
    [{ battery: 100, LAF: 57.5, LAeq: 47.4, LAFmax: 61.8 }, { battery: 100, noise: 47.4 }], // WS302 README
    [{ temperature: 1, position: 'normal', illumination: 300 }, { temperature: 1, tilted: false, illuminance: 300 }],
    [{ fill_level: 43, lid_open: false, 'PM2.5': 3, temperature: null }, { fill_level: 43, lid_open: false, pm2_5: 3 }],
  ])('reads %j', (object, values) => expect(read(object)).toEqual({ readings: [{ ts: TS, values }], events: [], refusals: [] }));

  it.each<[Record<string, unknown>, string]>([
    [{ temperature: '25.7' }, 'wrong_type'], [{ temperature: 2570 }, 'out_of_range'], [{ pressure: 101325 }, 'out_of_range'], [{ pressure: 101.3 }, 'out_of_range'],
    [{ battery: 3.6 }, 'wrong_type'], [{ battery: 3600 }, 'out_of_range'], [{ distance: 2.116 }, 'wrong_type'], [{ distance: '2116 mm' }, 'wrong_type'],
    [{ position: { latitude: 1 } }, 'wrong_type'], [{ co2: 1e12 }, 'out_of_range'], [{ co2: 1e308 }, 'not_finite'], [{ tilted: 1 }, 'wrong_type'], [{ humidity: true }, 'wrong_type'],
    [{ toString: 1 }, 'unknown_metric'], [{ tvoc: 5 }, 'unknown_metric'],
  ])('stores nothing of %j', (object, reason) => {
    expect(read(object).readings).toEqual([]);
    expect(reasons(read(object))).toEqual([reason]);
  });

  it.each(['text', 7, [1], true])('refuses the object %j', (object) => expect(read(object).refusals).toEqual([{ reason: 'wrong_type', detail: 'object' }]));
});

describe('other ChirpStack events', () => {
  it('reads the battery of a status', () => {
    expect(only(send('status', status)).decoded).toEqual({ readings: [{ ts: Date.UTC(2022, 6, 18, 9, 35, 6, 927), values: { battery: 88.3 } }], events: [], refusals: [] });
  });

  it.each([{ batteryLevel: 0, batteryLevelUnavailable: true }, { batteryLevel: 0, externalPowerSource: true }, { batteryLevel: undefined }])('reads no battery from %j, but the device is there', (more) => {
    expect(only(send('status', { ...status, ...more })).decoded).toEqual({ readings: [], events: [], refusals: [] });
  });

  it('refuses a battery that is none', () => {
    expect(reasons(only(send('status', { ...status, batteryLevel: '88' })).decoded)).toEqual(['wrong_type']);
    expect(reasons(only(send('status', { ...status, batteryLevel: 254 })).decoded)).toEqual(['out_of_range']);
    expect(reasons(only(send('status', { ...status, time: 'now' })).decoded)).toEqual(['bad_time']);
  });

  it('takes a join for a sign of life', () => {
    expect(only(send('join', join))).toEqual({ externalId: EUI, name: 'Test device', model: 'Test device-profile', decoded: { readings: [], events: [], refusals: [], status: { online: true, reason: 'join' } }, messageName: `join ${join.deduplicationId}` });
  });

  it.each(['ack', 'txack', 'log', 'location', 'integration'])('passes over %s', (type) => expect(send(type, up)).toEqual({ uplinks: [], refusals: [] }));

  it.each([
    [`${PREFIX}/device/${EUI}/event/party`, 'not_for_us'],
    [`${PREFIX}/device/${EUI}/command/down`, 'not_for_us'],
    [`${PREFIX}/device/${EUI}/event/up/more`, 'not_for_us'],
    [`${PREFIX}/device/${EUI}`, 'not_for_us'],
    [`application/other/device/${EUI}/event/up`, 'unknown_topic'],
    [`${PREFIX}/device/xyz/event/up`, 'wrong_type'],
    [`${PREFIX}/device/0202020202020202/event/up`, 'wrong_type'],
  ])('refuses the topic %s', (topic, reason) => expect(feed(topic, up)).toMatchObject({ uplinks: [], refusals: [{ reason }] }));

  it('writes a devEui in lower case', () => {
    const topic = `${PREFIX}/device/24E124714D491234/event/up`;
    expect(only(feed(topic, { ...up, deviceInfo: { devEui: '24e124714D491234' } })).externalId).toBe('24e124714d491234');
    expect(only(feed(topic, { ...up, deviceInfo: undefined })).externalId).toBe('24e124714d491234');
  });
});

describe('bad ChirpStack input', () => {
  it('refuses 1 MB by its size, before it is parsed', () => {
    expect(send('up', new Uint8Array(1024 * 1024).fill(0x7b))).toEqual({ uplinks: [], refusals: [{ reason: 'payload_too_large' }] });
    expect(send('up', { ...up, data: 'A'.repeat(1024 * 1024) })).toEqual({ uplinks: [], refusals: [{ reason: 'payload_too_large' }] });
  });

  it.each([['cut JSON', '{"time":'], ['nothing', ''], ['not UTF-8', Uint8Array.of(0x7b, 0xc3, 0x28, 0x7d)]])('refuses %s', (_name, body) => {
    expect(send('up', body)).toEqual({ uplinks: [], refusals: [{ reason: 'malformed_json' }] });
  });

  it.each(['[]', '7', 'null', `${'['.repeat(20_000)}${']'.repeat(20_000)}`])('refuses JSON that is no object: %.20s', (body) => {
    expect(send('up', body)).toEqual({ uplinks: [], refusals: [{ reason: 'wrong_type', detail: 'message' }] });
  });

  it('never takes a number from text', () => {
    const { decoded } = only(send('up', numbersAsText({ ...bin, data: null })));
    expect(decoded.readings.flatMap((reading) => Object.values(reading.values))).toEqual([true]);
  });

  it('never throws and never gives an implausible or invented value for 10,000 mutations', () => {
    const message = fc.oneof(mutatedJson(bin as Json).map((text) => ['up', text] as const), mutatedJson(status as Json).map((text) => ['status', text] as const), mutatedJson(join as Json).map((text) => ['join', text] as const));
    fc.assert(fc.property(message, ([type, text]) => { expectPlausibleUplinks(send(type, text), text); }), { numRuns: 10_000 });
  });

  it('never throws for any topic or JSON', () => {
    fc.assert(fc.property(fc.string(), fc.json(), (topic, body) => {
      feed(topic, body);
      send('up', textOf(body));
    }), { numRuns: 2000 });
  });
});
