import { isId, type AreaId, type DeviceId } from './ids.js';

/** First two levels of every native topic. */
export const TOPIC_ROOT = 'liandong/v1';

/** What a device sends; each has its own payload shape. */
export const UPLINK_KINDS = ['telemetry', 'event', 'status', 'reply'] as const;
export type UplinkKind = (typeof UPLINK_KINDS)[number];
/** What an edge, a gateway with codec `edge`, has besides: `uplink` goes to its hub in batches (see `UplinkBatch`), `alarm` is for sirens at its own broker. */
export const EDGE_KINDS = ['uplink', 'alarm'] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];
export type TopicKind = UplinkKind | EdgeKind | 'command';

export interface NativeTopic {
  readonly subdistrict: AreaId;
  readonly community: AreaId;
  readonly device: DeviceId;
  readonly kind: TopicKind;
}

/** `liandong/v1/{subdistrict}/{community}/{device}/{kind}` */
export const nativeTopic = ({ subdistrict, community, device, kind }: NativeTopic): string =>
  `${TOPIC_ROOT}/${subdistrict}/${community}/${device}/${kind}`;

/** What a hub subscribes to on an external broker: every uplink of native devices and of edges. */
export const UPLINK_FILTERS: readonly string[] = [...UPLINK_KINDS, 'uplink'].map((kind) => `${TOPIC_ROOT}/+/+/+/${kind}`);

/** Parses a native topic; undefined when it is anything else. Not for the hot path: callers cache by topic. */
export function parseNativeTopic(topic: string): NativeTopic | undefined {
  const [root, version, subdistrict, community, device, kind, ...rest] = topic.split('/');
  if (`${root}/${version}` !== TOPIC_ROOT || rest.length > 0) return undefined;
  if (!subdistrict || !community || !device || !isTopicKind(kind)) return undefined;
  if (![subdistrict, community, device].every(isId)) return undefined;
  return { subdistrict, community, device, kind };
}

export const isUplinkKind = (kind: string): kind is UplinkKind => (UPLINK_KINDS as readonly string[]).includes(kind);

const isTopicKind = (kind: string | undefined): kind is TopicKind => kind === 'command' || isUplinkKind(kind ?? '') || (EDGE_KINDS as readonly string[]).includes(kind ?? '');
