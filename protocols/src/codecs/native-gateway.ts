import { UPLINK_KINDS, isUplinkKind } from '../topics.js';
import type { GatewayCodec, GatewayDecoded } from './gateway.js';
import { decodeNative } from './native.js';
import { isExternalId } from './text.js';

/**
 * A gateway that speaks our own format for the devices it carries: `{topicPrefix}/{externalId}/{kind}` with the kinds and payloads of a native
 * device. An external id is one topic level. A `reply` is read and answers nothing: no command goes to a device behind a gateway.
 */
export const nativeGatewayCodec: GatewayCodec = {
  name: 'native',
  filters: (topicPrefix) => UPLINK_KINDS.map((kind) => `${topicPrefix}/+/${kind}`),
  create: ({ topicPrefix }) => ({ decode: ({ topic, payload }) => decode(`${topicPrefix}/`, topic, payload) }),
};

function decode(start: string, topic: string, payload: Uint8Array): GatewayDecoded {
  const [externalId = '', kind = '', ...rest] = topic.startsWith(start) ? topic.slice(start.length).split('/') : [];
  if (!isExternalId(externalId) || kind === '' || rest.length > 0) return { uplinks: [], refusals: [{ reason: 'unknown_topic' }] };
  if (!isUplinkKind(kind)) return { uplinks: [], refusals: [{ reason: 'not_for_us', detail: kind.slice(0, 64) }] };
  return { uplinks: [{ externalId, decoded: decodeNative(kind, payload) }], refusals: [] };
}
