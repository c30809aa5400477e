import type { DeviceUplink, GatewayCodec, GatewayDecoded } from './gateway.js';
import { gather } from './lorawan-reading.js';
import { asMessageName, asObject, asText, decodeServerUplink, decoded, firstTime, identify, isObject, joined, normaliseEui, parseObject, refused, type JsonObject, type Mutable } from './lorawan.js';

const EVENT = '/event/';
/** Events that say nothing of a device's state: they pass without a word. */
const SILENT_EVENTS = new Set(['ack', 'txack', 'log', 'location', 'integration']);

/**
 * ChirpStack v4, JSON encoding. `topicPrefix` is `application/{id}`; events come on `{topicPrefix}/device/{devEui}/event/{type}`.
 * Read: `up`, `status` (battery), `join` (the device is there). A device's external id is its devEui in lower case. `deduplicationId` names an uplink:
 * the integration delivers at least once, and a gateway's bridge may deliver again after a reconnect.
 * Source: ChirpStack documentation, "Event types", and `integration.proto` (JSON leaves fields out that are 0, empty or false).
 */
export const chirpstackCodec: GatewayCodec = {
  name: 'chirpstack',
  filters: (topicPrefix) => [`${topicPrefix}/device/+/event/+`],
  create: ({ topicPrefix }) => ({ decode: ({ topic, payload }) => decode(topicPrefix, topic, payload) }),
};

function decode(topicPrefix: string, topic: string, payload: Uint8Array): GatewayDecoded {
  const start = `${topicPrefix}/device/`;
  if (!topic.startsWith(start)) return refused('unknown_topic');
  const rest = topic.slice(start.length);
  const slash = rest.indexOf('/');
  const type = slash >= 0 && rest.startsWith(EVENT, slash) ? rest.slice(slash + EVENT.length) : '/';
  if (type.includes('/')) return refused('not_for_us', rest);
  if (SILENT_EVENTS.has(type)) return { uplinks: [], refusals: [] };
  if (type !== 'up' && type !== 'status' && type !== 'join') return refused('not_for_us', type);
  const parsed = parseObject(payload);
  if ('refusal' in parsed) return { uplinks: [], refusals: [parsed.refusal] };
  const { body } = parsed;
  const info = asObject(body['deviceInfo']);
  // Topic and body name the same device, or somebody mixed them up and nobody's values are kept.
  const devEui = normaliseEui(rest.slice(0, slash));
  if (devEui === undefined || (info['devEui'] !== undefined && normaliseEui(info['devEui']) !== devEui)) return refused('wrong_type', 'devEui');
  const uplink = readEvent[type](body, devEui, info);
  const name = asMessageName(body['deduplicationId']);
  // A status answers in the same radio frame as an uplink, and has its id.
  if (name !== undefined) uplink.messageName = `${type} ${name}`;
  return { uplinks: [uplink], refusals: [] };
}

function readUp(body: JsonObject, externalId: string, info: JsonObject): Mutable<DeviceUplink> {
  return decodeServerUplink({
    externalId, name: asText(info['deviceName']), model: asText(info['deviceProfileName']),
    times: [body['time']], object: body['object'], data: body['data'], fPort: body['fPort'], heardBy: body['rxInfo'],
    isLora: isObject(asObject(asObject(body['txInfo'])['modulation'])['lora']),
  });
}

/** The link margin is about the downlink and no metric of ours. */
function readStatus(body: JsonObject, externalId: string, info: JsonObject): Mutable<DeviceUplink> {
  const out = identify(externalId, asText(info['deviceName']), asText(info['deviceProfileName']));
  const ts = firstTime([body['time']]);
  if (ts === 'bad_time') {
    out.decoded.refusals.push({ reason: 'bad_time', detail: 'time' });
    return out;
  }
  const reading = gather(ts);
  const { batteryLevel, batteryLevelUnavailable, externalPowerSource } = body;
  if (batteryLevel !== undefined && batteryLevelUnavailable !== true && externalPowerSource !== true) {
    if (typeof batteryLevel === 'number') reading.put('battery', batteryLevel);
    else reading.refuse({ reason: 'wrong_type', detail: 'batteryLevel' });
  }
  const { readings, refusals } = reading.done();
  out.decoded = decoded(readings, refusals);
  return out;
}

const readJoin = (_body: JsonObject, externalId: string, info: JsonObject): Mutable<DeviceUplink> =>
  joined(identify(externalId, asText(info['deviceName']), asText(info['deviceProfileName'])));

const readEvent = { up: readUp, status: readStatus, join: readJoin };
