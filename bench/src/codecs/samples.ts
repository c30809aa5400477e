import {
  decodeHikvision, decodeNative, draginoLdds75Codec, gatewayCodecs, milesightCodec, readUplink,
  type CodecName, type Decoded, type DecodedEvent, type PayloadCodec, type Reading,
} from '@liandong/protocols';
import { hikvisionJson, hikvisionMultipart, HIKVISION_MULTIPART_TYPE, loraObject, SPARKPLUG_BIRTH, SPARKPLUG_DATA } from './payloads.js';

/** One realistic message and what has to come of it. */
export interface Sample {
  readonly codec: string;
  readonly bytes: number;
  readonly decode: () => Pick<Decoded, 'readings' | 'events' | 'refusals'>;
  readonly expected: { readonly readings: readonly Reading[]; readonly events: readonly DecodedEvent[] };
}

const TS = Date.parse('2025-10-09T08:53:25Z');
const TIME = '2025-10-09T08:53:25.000Z';
const bytesOf = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body));
const EM400 = Buffer.from('01755c0367010104824408050001', 'hex');
const BIN: Reading = { ts: TS, values: { battery: 92, temperature: 25.7, tilted: true }, distanceMm: 2116 };
const EUI = '24e124713b401234';
const ENTRY: DecodedEvent = { id: `257-${TS}`, ts: TS, type: 'granted', data: { code: '5/4b', method: 'face', credential: '10023', door: 1, reader: 1 } };

/** Every codec of the project with a message of its own, decoders ready (a Sparkplug node has announced itself). */
export const createSamples = (): Sample[] => [
  native(), chirpstack(), tts(),
  ofBytes('milesight bytes', milesightCodec, 85, EM400, BIN),
  ofBytes('dragino-ldds75 bytes', draginoLdds75Codec, 2, Buffer.from('0b450b0500010501', 'hex'), { ts: TS, values: { temperature: 26.1 }, distanceMm: 2821 }),
  zigbee2mqtt(), tasmota(), sparkplug(),
  hikvision('hikvision JSON', 'application/json; charset="UTF-8"', hikvisionJson(TIME)),
  hikvision('hikvision multipart, 2 KB picture', HIKVISION_MULTIPART_TYPE, hikvisionMultipart(TIME)),
];

function native(): Sample {
  const values = { temperature: 21.4, humidity: 55.2, pm2_5: 17, battery: 88 };
  const payload = bytesOf({ ts: TS, seq: 4711, values });
  return { codec: 'native', bytes: payload.length, decode: () => decodeNative('telemetry', payload), expected: { readings: [{ ts: TS, values }], events: [] } };
}

function chirpstack(): Sample {
  return gateway('chirpstack', 'application/17c82e96', `application/17c82e96/device/${EUI}/event/up`, bytesOf({
    deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d', time: TIME,
    deviceInfo: { tenantId: '52f14cd4', tenantName: 'Estate', applicationId: '17c82e96', applicationName: 'Bins', deviceProfileId: '14855bf7', deviceProfileName: 'EM400-MUD', deviceName: 'Bin 7', devEui: EUI, tags: { block: '3' } },
    devAddr: '00189440', adr: true, dr: 1, fCnt: 4711, fPort: 85, confirmed: false, data: EM400.toString('base64'), object: loraObject,
    rxInfo: [{ gatewayId: '0016c001f153a14c', uplinkId: 4217106255, rssi: -36, snr: 10.5, context: 'E3OWOQ==', metadata: { region_name: 'cn470', region_common_name: 'CN470' } }],
    txInfo: { frequency: 470_300_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 11, codeRate: 'CR_4_5' } } },
  }), [{ ts: TS, values: { rssi: -36, snr: 10.5 } }, BIN]);
}

function tts(): Sample {
  return gateway('tts', 'v3/bins@estate', 'v3/bins@estate/devices/bin-7/up', bytesOf({
    end_device_ids: { device_id: 'bin-7', application_ids: { application_id: 'bins' }, dev_eui: EUI.toUpperCase(), join_eui: '800000000000000C', dev_addr: '00BCB929' },
    correlation_ids: ['as:up:01E0WZGT6Y7657CPFPE5WEYDSQ'], received_at: TIME,
    uplink_message: {
      session_key_id: 'AXA50tHUGUucuzS/bCGMNw==', f_port: 85, f_cnt: 4711, frm_payload: EM400.toString('base64'), decoded_payload: loraObject,
      rx_metadata: [{ gateway_ids: { gateway_id: 'gtw1', eui: '9C5C8E00001A05C4' }, time: TIME, timestamp: 2463457000, rssi: -35, channel_rssi: -35, snr: 5, uplink_token: 'ChIKEAoEZ3R3MRIInFyOAAAaBcQQ6L3Vlgk=', channel_index: 2 }],
      settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 } }, coding_rate: '4/6', frequency: '470300000', timestamp: 2463457000, time: TIME },
      consumed_airtime: '0.056576s', received_at: TIME,
    },
  }), [{ ts: TS, values: { rssi: -35, snr: 5 } }, BIN]);
}

function zigbee2mqtt(): Sample {
  const expose = (property: string, unit: string): object => ({ type: 'numeric', name: property, property, access: 1, unit });
  const devices = [{
    ieee_address: '0xa4c1380000000001', type: 'EndDevice', friendly_name: 'block3/stairs',
    definition: { vendor: 'Xiaomi', model: 'WSDCGQ11LM', exposes: [expose('temperature', '°C'), expose('humidity', '%'), expose('pressure', 'hPa'), expose('battery', '%')] },
  }];
  return gateway('zigbee2mqtt', 'zigbee2mqtt', 'zigbee2mqtt/block3/stairs', bytesOf({ temperature: 27.34, humidity: 44.72, pressure: 1001.3, battery: 97, voltage: 2995, linkquality: 120 }),
    [{ values: { temperature: 27.34, humidity: 44.72, pressure: 1001.3, battery: 97 } }], { topic: 'zigbee2mqtt/bridge/devices', payload: bytesOf(devices) });
}

function tasmota(): Sample {
  return gateway('tasmota', 'tele', 'tele/yard/SENSOR', bytesOf({
    Time: '2025-10-09T16:53:25', BME280: { Temperature: 26.1, Humidity: 47.2, DewPoint: 14, Pressure: 973.8 }, SR04: { Distance: 59.5 }, PressureUnit: 'hPa', TempUnit: 'C',
  }), [{ ts: TS, values: { temperature: 26.1, humidity: 47.2, pressure: 973.8 }, distanceMm: 595 }]);
}

/** The same message again and again: to the decoder a redelivery, which it reads like any other. */
function sparkplug(): Sample {
  return gateway('sparkplug', 'spBv1.0/east', 'spBv1.0/east/NDATA/n1', Buffer.from(SPARKPLUG_DATA, 'base64'),
    [{ ts: TS, values: { temperature: 21.25, humidity: 54.5, lid_open: true, rssi: -74 }, distanceMm: 610 }],
    { topic: 'spBv1.0/east/NBIRTH/n1', payload: Buffer.from(SPARKPLUG_BIRTH, 'base64') }, 'sparkplug NDATA');
}

function gateway(name: CodecName, topicPrefix: string, topic: string, payload: Uint8Array, readings: readonly Reading[], first?: { topic: string; payload: Uint8Array }, title: string = name): Sample {
  const decoder = gatewayCodecs.get(name)?.create({ topicPrefix });
  if (decoder === undefined) throw new Error(`there is no codec ${name}`);
  if (first !== undefined) decoder.decode({ ...first, now: TS });
  return {
    codec: title, bytes: payload.length, expected: { readings, events: [] },
    decode() {
      const { uplinks: [uplink], refusals } = decoder.decode({ topic, payload, now: TS });
      return uplink === undefined ? { readings: [], events: [], refusals } : readUplink(uplink, undefined);
    },
  };
}

function ofBytes(title: string, codec: PayloadCodec, fPort: number, data: Uint8Array, reading: Reading): Sample {
  return { codec: title, bytes: data.length, decode: () => ({ ...codec.decode({ fPort, data }, TS), events: [] }), expected: { readings: [reading], events: [] } };
}

const hikvision = (title: string, contentType: string, body: Uint8Array): Sample =>
  ({ codec: title, bytes: body.length, decode: () => decodeHikvision({ contentType, body, now: TS }), expected: { readings: [], events: [ENTRY] } });
