import { LIMITS } from '../limits.js';
import type { MetricValue } from '../metrics.js';
import type { Refusal } from '../refusals.js';
import type { Decoded } from './decoded.js';
import { readFields, type FieldMap, type FieldRule } from './fields.js';
import type { DeviceUplink, GatewayCodec, GatewayDecoded, GatewayDecoder, GatewayMessage } from './gateway.js';
import { isEpochMs, isExternalId, isRecord, isoToMs, readJson, readObject, readText } from './text.js';
import { listDevices, listNames, type KnownDevice } from './zigbee2mqtt-devices.js';
import { converter, type Measured } from './units.js';

/** A property we read. Without `assumed` its unit differs from device to device and has to be in the device's `exposes`. */
interface Property { readonly metric: Measured; readonly assumed?: string }

/** Source: zigbee2mqtt.io, "Exposes" and "MQTT topics and messages". `linkquality` is a quality of 0–255, not dBm. */
const PROPERTIES: Readonly<Record<string, Property>> = {
  temperature: { metric: 'temperature', assumed: '°C' },
  humidity: { metric: 'humidity', assumed: '%' },
  battery: { metric: 'battery', assumed: '%' },
  pm25: { metric: 'pm2_5', assumed: 'µg/m³' },
  pm10: { metric: 'pm10', assumed: 'µg/m³' },
  co2: { metric: 'co2', assumed: 'ppm' },
  pressure: { metric: 'pressure', assumed: 'hPa' },
  illuminance_lux: { metric: 'illuminance', assumed: 'lx' },
  illuminance: { metric: 'illuminance' },
  voc: { metric: 'tvoc' },
  formaldehyd: { metric: 'hcho' },
  formaldehyde: { metric: 'hcho' },
  hcho: { metric: 'hcho' },
  co: { metric: 'co' },
  noise: { metric: 'noise' },
};

const FLAGS: FieldMap = {
  tilt: { metric: 'tilted' },
  /** A contact sensor is closed when true; on a bin it sits at the lid. */
  contact: { metric: 'lid_open', read: (value): MetricValue | undefined => typeof value === 'boolean' ? !value : undefined },
};

interface Reader { readonly fields: FieldMap; readonly unreadable: ReadonlySet<string> }
const NOTHING: GatewayDecoded = { uplinks: [], refusals: [] };
/** zigbee2mqtt echoes what others ask of a device under its name. */
const ASKED = /\/(set|get)(\/|$)/;

export const zigbee2mqttCodec: GatewayCodec = {
  name: 'zigbee2mqtt',
  defaultPrefix: 'zigbee2mqtt',
  filters: (topicPrefix) => [`${topicPrefix}/#`], // a friendly name may contain `/`
  create: ({ topicPrefix }) => createDecoder(`${topicPrefix}/`),
};

function createDecoder(prefix: string): GatewayDecoder {
  let devices: ReadonlyMap<string, KnownDevice> = new Map();
  let groups: ReadonlySet<string> = new Set();
  let readers = new Map<string, Reader>();

  function bridge(kind: string, payload: Uint8Array): GatewayDecoded {
    if (kind === 'state') return online(payload) === false ? { uplinks: [...devices.keys()].map(bridgeOffline), refusals: [] } : NOTHING;
    if (kind !== 'devices' && kind !== 'groups') return NOTHING;
    // The list of a full network is longer than any reading; what the broker lets through is read.
    const json = readJson(payload, LIMITS.frameBytes);
    if ('refusal' in json) return { uplinks: [], refusals: [{ ...json.refusal, detail: `bridge/${kind}` }] };
    if (!Array.isArray(json.value)) return { uplinks: [], refusals: [{ reason: 'wrong_type', detail: `bridge/${kind}` }] };
    if (kind === 'groups') {
      groups = listNames(json.value);
      return NOTHING;
    }
    devices = listDevices(json.value);
    readers = new Map();
    return { uplinks: [...devices].map(([name, device]) => ({ ...uplink(name, device, { readings: [], events: [], refusals: [] }), isMention: true })), refusals: [] };
  }

  function readerOf(name: string, device: KnownDevice | undefined): Reader {
    if (device === undefined) return UNKNOWN_DEVICE;
    const known = readers.get(name);
    if (known !== undefined) return known;
    const reader = makeReader(device.units);
    readers.set(name, reader); // at most one per listed device
    return reader;
  }

  function state(name: string, payload: Uint8Array): GatewayDecoded {
    const device = devices.get(name);
    const state = readObject(payload, LIMITS.payloadBytes);
    if ('value' in state) return { uplinks: [uplink(name, device, read(state.value, readerOf(name, device)))], refusals: [] };
    // Only a listed device gets the blame: with `output: attribute` bare values come on topics that are no devices.
    if (device === undefined) return { uplinks: [], refusals: [{ detail: name.slice(0, 64), ...state.refusal }] };
    return { uplinks: [uplink(name, device, { readings: [], events: [], refusals: [state.refusal] })], refusals: [] };
  }

  function availability(name: string, payload: Uint8Array): GatewayDecoded {
    const isOnline = online(payload);
    const decoded: Decoded = isOnline === undefined
      ? { readings: [], events: [], refusals: [{ reason: 'wrong_type', detail: 'availability' }] }
      : { readings: [], events: [], refusals: [], status: { online: isOnline, ...(isOnline ? {} : { reason: 'availability' }) } };
    return { uplinks: [uplink(name, devices.get(name), decoded)], refusals: [] };
  }

  return {
    decode({ topic, payload }: GatewayMessage): GatewayDecoded {
      if (!topic.startsWith(prefix)) return { uplinks: [], refusals: [{ reason: 'unknown_topic' }] };
      const name = topic.slice(prefix.length);
      if (payload.byteLength === 0) return NOTHING; // how a retained message is taken back
      if (name.startsWith('bridge/')) return bridge(name.slice('bridge/'.length), payload);
      const isKnown = devices.has(name);
      if (!isKnown && name.endsWith(AVAILABILITY)) {
        const subject = name.slice(0, -AVAILABILITY.length);
        if (groups.has(subject)) return NOTHING;
        return isExternalId(subject) ? availability(subject, payload) : tooLong;
      }
      if (!isKnown && (groups.has(name) || ASKED.test(name))) return NOTHING;
      return isExternalId(name) ? state(name, payload) : tooLong;
    },
  };
}

const AVAILABILITY = '/availability';
const tooLong: GatewayDecoded = { uplinks: [], refusals: [{ reason: 'unknown_topic', detail: 'friendly_name' }] };

function read(state: Record<string, unknown>, { fields, unreadable }: Reader): Decoded {
  const refusals: Refusal[] = [];
  const ts = lastSeen(state['last_seen'], refusals);
  const result = readFields(state, fields, ts);
  for (const key of unreadable) if (typeof state[key] === 'number') refusals.push({ reason: 'unknown_unit', detail: key });
  return { readings: result.readings, events: [], refusals: refusals.length === 0 ? result.refusals : [...result.refusals, ...refusals] };
}

/** ISO 8601 or epoch ms, as the bridge is set; a time that can't be read costs the time, not the values. */
function lastSeen(value: unknown, refusals: Refusal[]): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ts = isEpochMs(value) ? value : isoToMs(value);
  if (ts === undefined) refusals.push({ reason: 'bad_time', detail: 'last_seen' });
  return ts;
}

/** `units`: by property, empty text for a property without one. */
function makeReader(units: ReadonlyMap<string, string>): Reader {
  const fields: Record<string, FieldRule> = { ...FLAGS };
  const unreadable = new Set<string>();
  for (const [key, { metric, assumed }] of Object.entries(PROPERTIES)) {
    const listed = units.get(key);
    const unit = listed === undefined || listed === '' ? assumed : listed;
    if (unit === undefined) {
      // Listed without a unit: a raw figure (`illuminance` of old), none of ours. Not listed: it could be anything.
      if (listed === undefined) unreadable.add(key);
      continue;
    }
    const convert = converter(metric, unit);
    if (convert === undefined) unreadable.add(key);
    else fields[key] = { metric, read: (value) => typeof value === 'number' ? convert(value) : undefined };
  }
  // Old bridges send the raw figure beside the lux.
  if (units.has('illuminance_lux')) {
    delete fields['illuminance'];
    unreadable.delete('illuminance');
  }
  return { fields, unreadable };
}

/** For a device the bridge has not listed yet. */
const UNKNOWN_DEVICE = makeReader(new Map());

/** `{"state":"online"}`, or the bare word of older bridges; undefined: neither. */
function online(payload: Uint8Array): boolean | undefined {
  if (payload.byteLength > 64) return undefined;
  const text = readText(payload);
  if (text === 'online' || text === 'offline') return text === 'online';
  const json = readJson(payload, 64);
  const state = 'value' in json && isRecord(json.value) ? json.value['state'] : undefined;
  return state === 'online' ? true : state === 'offline' ? false : undefined;
}

const bridgeOffline = (name: string): DeviceUplink =>
  ({ externalId: name, decoded: { readings: [], events: [], refusals: [], status: { online: false, reason: 'bridge offline' } } });

const uplink = (externalId: string, device: KnownDevice | undefined, decoded: Decoded): DeviceUplink =>
  device === undefined ? { externalId, decoded } : { externalId, name: device.name, ...(device.model === undefined ? {} : { model: device.model }), decoded };
