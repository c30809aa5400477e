import type { GatewayCodec, GatewayDecoded } from './gateway.js';
import { asMessageName, asObject, asText, decodeServerUplink, identify, isObject, joined, normaliseEui, parseObject, refused, type JsonObject } from './lorawan.js';

/** Messages about downlinks and services, such as `down/ack`. */
const SILENT_KINDS = new Set(['down', 'service', 'location']);
const DEVICE_ID = /^[a-z0-9][a-z0-9-]{0,35}$/;

/**
 * The Things Stack v3, JSON. `topicPrefix` is `v3/{app}@{tenant}`; messages come on `{topicPrefix}/devices/{device id}/{up|join|…}`.
 * A device's external id is its devEui in lower case, or its id at the server when it has no devEui. A simulated uplink is refused: a person typed it.
 * Source: The Things Stack documentation, "Data Formats" (empty, 0 and false fields are left out) and "MQTT Server".
 */
export const ttsCodec: GatewayCodec = {
  name: 'tts',
  filters: (topicPrefix) => [`${topicPrefix}/devices/+/up`, `${topicPrefix}/devices/+/join`],
  create: ({ topicPrefix }) => ({ decode: ({ topic, payload }) => decode(topicPrefix, topic, payload) }),
};

function decode(topicPrefix: string, topic: string, payload: Uint8Array): GatewayDecoded {
  const start = `${topicPrefix}/devices/`;
  if (!topic.startsWith(start)) return refused('unknown_topic');
  const [deviceId = '', ...kind] = topic.slice(start.length).split('/');
  const type = kind.length === 1 ? kind[0] : undefined;
  if (type !== 'up' && type !== 'join') return isSilent(kind) ? { uplinks: [], refusals: [] } : refused('not_for_us', topic.slice(start.length));
  const parsed = parseObject(payload);
  if ('refusal' in parsed) return { uplinks: [], refusals: [parsed.refusal] };
  const externalId = nameDevice(deviceId, asObject(parsed.body['end_device_ids']));
  if (externalId === undefined) return refused('wrong_type', 'end_device_ids');
  return type === 'join' ? readJoin(externalId, deviceId) : readUp(parsed.body, externalId, deviceId);
}

function readUp(body: JsonObject, externalId: string, deviceId: string): GatewayDecoded {
  if (body['simulated'] !== undefined && body['simulated'] !== false) return refused('not_for_us', `simulated: ${deviceId}`);
  const message = body['uplink_message'];
  if (!isObject(message)) return refused('wrong_type', 'uplink_message');
  const uplink = decodeServerUplink({
    externalId, name: deviceId, model: modelOf(asObject(message['version_ids'])),
    // The network server's clock is nearer to the device than the application server's.
    times: [message['received_at'], body['received_at']],
    object: message['decoded_payload'], data: message['frm_payload'], fPort: message['f_port'], heardBy: message['rx_metadata'],
    isLora: isObject(asObject(asObject(message['settings'])['data_rate'])['lora']),
  });
  const name = nameMessage(message['correlation_ids']) ?? nameMessage(body['correlation_ids']);
  if (name !== undefined) uplink.messageName = name;
  return { uplinks: [uplink], refusals: [] };
}

/** Of the ids that go with a message, one that is its own: others name the gateway's connection and are the same for hours. */
const OWN_ID = /^(gs:uplink|ns:uplink|as:up):/;

function nameMessage(ids: unknown): string | undefined {
  return Array.isArray(ids) ? asMessageName((ids as unknown[]).find((id) => typeof id === 'string' && OWN_ID.test(id))) : undefined;
}

/** `up/normalized` is the uplink once more. */
const isSilent = (kind: readonly string[]): boolean => kind.length === 2 && (SILENT_KINDS.has(kind[0] ?? '') || (kind[0] === 'up' && kind[1] === 'normalized'));

/** The device repository's name, such as `dragino/ldds75`. */
function modelOf({ brand_id: brand, model_id: model }: JsonObject): string | undefined {
  return typeof brand === 'string' && typeof model === 'string' ? asText(`${brand}/${model}`) : asText(model);
}

const readJoin = (externalId: string, deviceId: string): GatewayDecoded =>
  ({ uplinks: [joined(identify(externalId, deviceId, undefined))], refusals: [] });

/** Topic and body name the same device, or somebody mixed them up and nobody's values are kept. */
function nameDevice(topicId: string, ids: JsonObject): string | undefined {
  if (!DEVICE_ID.test(topicId) || (ids['device_id'] !== undefined && ids['device_id'] !== topicId)) return undefined;
  return ids['dev_eui'] === undefined ? topicId : normaliseEui(ids['dev_eui']);
}
