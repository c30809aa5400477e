import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milesightCodec, readUplink, ttsCodec, type DeviceUplink, type GatewayDecoded } from '@liandong/protocols';
import { base64, expectPlausibleUplinks, feeder, mutatedJson, numbersAsText, reasons, textOf, type Json } from './lorawan-support.js';

const PREFIX = 'v3/app1@ttn';
const feed = feeder(ttsCodec, PREFIX);
const send = (type: string, body: unknown): GatewayDecoded => feed(`${PREFIX}/devices/dev1/${type}`, body);
const only = ({ uplinks, refusals }: GatewayDecoded): DeviceUplink => {
  expect(refusals).toEqual([]);
  expect(uplinks).toHaveLength(1);
  return uplinks[0] as DeviceUplink; // just counted
};

/** The Things Stack documentation, "Data Formats": uplink and join message examples. */
const ids = { device_id: 'dev1', application_ids: { application_id: 'app1' }, dev_eui: '0004A30B001C0530', join_eui: '800000000000000C', dev_addr: '00BCB929' };
const uplink_message = {
  session_key_id: 'AXA50tHUGUucuzS/bCGMNw==', f_cnt: 1, frm_payload: 'gkHe', decoded_payload: { temperature: 1.0, luminosity: 0.64 },
  rx_metadata: [{
    gateway_ids: { gateway_id: 'gtw1', eui: '9C5C8E00001A05C4' }, time: '2020-02-12T15:15:45.787Z', timestamp: 2463457000, rssi: -35, channel_rssi: -35, snr: 5,
    uplink_token: 'ChIKEAoEZ3R3MRIInFyOAAAaBcQQ6L3Vlgk=', channel_index: 2,
  }],
  settings: { data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } }, data_rate_index: 5, coding_rate: '4/6', frequency: '868300000', timestamp: 2463457000, time: '2020-02-12T15:15:45.787Z' },
  consumed_airtime: '0.056576s', received_at: '2020-02-12T15:15:45.789585559Z',
};
const up = { end_device_ids: ids, correlation_ids: ['as:up:01E0WZGT6Y7657CPFPE5WEYDSQ'], received_at: '2020-02-12T15:15:46.014773143Z', uplink_message };
const join = { end_device_ids: ids, received_at: '2020-02-17T07:49:09.935284891Z', join_accept: { session_key_id: 'AXBSH1Pk6Z0G166RlH16CQ==', received_at: '2020-02-17T07:49:09.736532315Z' } };
const TS = Date.UTC(2020, 1, 12, 15, 15, 45, 789);
const RADIO = { ts: TS, values: { rssi: -35, snr: 5 } };
const withMessage = (more: Record<string, unknown>) => ({ ...up, uplink_message: { ...uplink_message, ...more } });
const bin = withMessage({ f_port: 85, frm_payload: base64('01755C 03670101 04824408 050001'), decoded_payload: { battery: 92, temperature: 25.7, distance: 2116, position: 'tilt' } });

describe('The Things Stack v3 uplinks', () => {
  it('subscribes to uplinks and joins of its application', () => expect(ttsCodec.filters(PREFIX)).toEqual([`${PREFIX}/devices/+/up`, `${PREFIX}/devices/+/join`]));

  it('reads the documented example, whose f_port is left out', () => {
    const radio = { readings: [RADIO], events: [], refusals: [] };
    expect(only(send('up', up))).toEqual({
      externalId: '0004a30b001c0530', name: 'dev1', decoded: { readings: [RADIO, { ts: TS, values: { temperature: 1 } }], events: [], refusals: [] },
      bytes: { fPort: 0, data: Uint8Array.of(0x82, 0x41, 0xde) }, withoutObject: radio, ts: TS, messageName: 'as:up:01E0WZGT6Y7657CPFPE5WEYDSQ',
    });
  });

  it('names a message by a correlation id of its own, not by that of the gateway\'s connection', () => {
    const nameOf = (ids: unknown) => only(send('up', { ...up, correlation_ids: ids })).messageName;
    expect(nameOf(['gs:conn:01E0', 'gs:uplink:01E1', 'as:up:01E2'])).toBe('gs:uplink:01E1');
    for (const ids of [undefined, 'as:up:1', [], [7, null], ['gs:conn:01E0'], [`as:up:${'x'.repeat(100)}`]]) expect(nameOf(ids)).toBeUndefined();
  });

  it('gives the bytes of an EM400 to its payload codec', () => {
    const { withoutObject } = only(send('up', bin));
    expect(withoutObject?.readings).toEqual([RADIO]);
    expect(readUplink(only(send('up', bin)), milesightCodec).readings).toEqual([RADIO, { ts: TS, values: { battery: 92, temperature: 25.7, tilted: true }, distanceMm: 2116 }]);
  });

  it('goes by the device id when there is no devEui', () => {
    expect(only(send('up', { ...up, end_device_ids: { device_id: 'dev1' } })).externalId).toBe('dev1');
    expect(only(send('up', { ...up, end_device_ids: undefined })).externalId).toBe('dev1');
  });

  it.each([{ ...ids, dev_eui: '0004A30B001C053' }, { ...ids, dev_eui: 7 }, { ...ids, device_id: 'dev2' }])('keeps nobody\'s values under the ids %j', (end_device_ids) => {
    expect(send('up', { ...up, end_device_ids })).toEqual({ uplinks: [], refusals: [{ reason: 'wrong_type', detail: 'end_device_ids' }] });
  });

  it('refuses a simulated uplink (lorawan-stack issue 3818 has the shape): a person typed it', () => {
    const simulated = { end_device_ids: { device_id: 'dev1' }, received_at: '2021-02-16T19:33:54.413443Z', uplink_message: { f_port: 1, frm_payload: 'q80=', settings: { data_rate: {} }, received_at: '0001-01-01T00:00:00Z' }, simulated: true };
    expect(send('up', simulated)).toEqual({ uplinks: [], refusals: [{ reason: 'not_for_us', detail: 'simulated: dev1' }] });
    expect(only(send('up', { ...simulated, simulated: undefined })).ts).toBe(Date.UTC(2021, 1, 16, 19, 33, 54, 413));
  });

  it('says missing_object when there is nothing to read', () => {
    expect(reasons(only(send('up', withMessage({ frm_payload: undefined, decoded_payload: undefined }))).decoded)).toEqual(['missing_object']);
    expect(reasons(readUplink(only(send('up', withMessage({ decoded_payload: undefined }))), undefined))).toEqual(['missing_object']);
  });

  it('takes the best gateway, and an absent snr for 0', () => {
    const rx_metadata = [{ rssi: -120, snr: -9 }, { rssi: -80 }, {}];
    expect(only(send('up', withMessage({ rx_metadata }))).decoded.readings[0]?.values).toEqual({ rssi: -80, snr: 0 });
  });

  it('never takes the Device Repository\'s mistaken distance of an LDDS75, which is its battery voltage', () => {
    const mistaken = withMessage({ f_port: 2, frm_payload: base64('0E1C 0B05 00'), decoded_payload: { value: 2821, distance: 3612 }, version_ids: { brand_id: 'dragino', model_id: 'ldds75' } });
    const uplink = only(send('up', mistaken));
    expect(uplink.model).toBe('dragino/ldds75');
    expect(uplink.decoded.readings).toEqual([RADIO]);
  });

  it.each(['soon', 5, null, ''])('keeps nothing when no time is usable: %j', (received_at) => {
    const { decoded, bytes } = only(send('up', { ...withMessage({ received_at }), received_at }));
    expect(decoded).toEqual({ readings: [], events: [], refusals: [{ reason: 'bad_time', detail: 'time' }] });
    expect(bytes).toBeUndefined();
  });

  it('gives one time to one message sent twice', () => expect(only(send('up', bin))).toEqual(only(send('up', structuredClone(bin)))));
});

describe('other messages of The Things Stack', () => {
  it('takes a join for a sign of life', () => {
    expect(only(send('join', join))).toEqual({ externalId: '0004a30b001c0530', name: 'dev1', decoded: { readings: [], events: [], refusals: [], status: { online: true, reason: 'join' } } });
  });

  it.each(['down/queued', 'down/sent', 'down/ack', 'down/nack', 'down/failed', 'service/data', 'location/solved', 'up/normalized'])('passes over %s', (type) => {
    expect(send(type, up)).toEqual({ uplinks: [], refusals: [] });
  });

  it.each([[`${PREFIX}/devices/dev1/party`, 'not_for_us'], [`${PREFIX}/devices/dev1`, 'not_for_us'], [`${PREFIX}/devices/dev1/up/more`, 'not_for_us'], ['v3/app2@ttn/devices/dev1/up', 'unknown_topic'], [`${PREFIX}/devices/DEV 1/up`, 'wrong_type']])('refuses the topic %s', (topic, reason) => {
    expect(feed(topic, up)).toMatchObject({ uplinks: [], refusals: [{ reason }] });
  });
});

describe('bad input from The Things Stack', () => {
  it('refuses 1 MB by its size, before it is parsed', () => {
    expect(send('up', new Uint8Array(1024 * 1024).fill(0x7b))).toEqual({ uplinks: [], refusals: [{ reason: 'payload_too_large' }] });
  });

  it.each([['cut JSON', '{', 'malformed_json'], ['an array', '[]', 'wrong_type'], ['no uplink_message', '{}', 'wrong_type'], ['uplink_message as text', '{"uplink_message":"x"}', 'wrong_type']])('refuses %s', (_name, body, reason) => {
    expect(send('up', body)).toMatchObject({ uplinks: [], refusals: [{ reason }] });
  });

  it.each(['gkH', 'gk He', 5])('refuses %j as base64', (frm_payload) => {
    expect(only(send('up', withMessage({ frm_payload }))).decoded.refusals).toEqual([{ reason: 'malformed_bytes', detail: 'base64' }]);
  });

  it('never takes a number from text', () => {
    const { decoded } = only(send('up', numbersAsText(withMessage({ ...bin.uplink_message, frm_payload: null }))));
    expect(decoded.readings.flatMap((reading) => Object.values(reading.values))).toEqual([true]);
  });

  it('never throws and never gives an implausible or invented value for 10,000 mutations', () => {
    const message = fc.oneof(mutatedJson(bin as Json).map((text) => ['up', text] as const), mutatedJson(up as Json).map((text) => ['up', text] as const), mutatedJson(join as Json).map((text) => ['join', text] as const));
    fc.assert(fc.property(message, ([type, text]) => { expectPlausibleUplinks(send(type, text), text); }), { numRuns: 10_000 });
  });

  it('never throws for any topic or JSON', () => {
    fc.assert(fc.property(fc.string(), fc.json(), (topic, body) => {
      feed(topic, body);
      send('up', textOf(body));
    }), { numRuns: 2000 });
  });
});
