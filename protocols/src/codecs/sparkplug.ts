import { LIMITS } from '../limits.js';
import { METRICS, type MetricKey, type MetricValue } from '../metrics.js';
import type { EpochMs } from '../ids.js';
import type { Refusal } from '../refusals.js';
import type { Decoded } from './decoded.js';
import type { DeviceUplink, GatewayCodec, GatewayDecoded, GatewayDecoder, GatewayMessage } from './gateway.js';
import { readFields } from './fields.js';
import { valueFault } from './native.js';
import { aliasOf, bdSeqOf, readBirth, type Announced, type Birth } from './sparkplug-births.js';
import { metricValue, readSparkplug, rebirthCommand, wholeNumber, type SparkplugMetric, type SparkplugPayload } from './sparkplug-payload.js';
import { isEpochMs, isExternalId } from './text.js';

const MESSAGE_TYPES = ['NBIRTH', 'NDATA', 'NDEATH', 'DBIRTH', 'DDATA', 'DDEATH'] as const;
type MessageType = (typeof MESSAGE_TYPES)[number];

interface Node {
  /** Undefined: not known, as before the first birth. */
  seq: number | undefined;
  bdSeq: number | undefined;
  /** False after a lost message: it may have been a birth, so an alias may mean something else by now. */
  isTrusted: boolean;
  own: Birth | undefined;
  readonly devices: Map<string, Birth>;
}

const MOST_NODES = 256;
const MOST_DEVICES = 1024;
/** Over all nodes; with the names' length this bounds the decoder's memory. */
const MOST_ANNOUNCED = 50_000;
const REBIRTH_EVERY_MS = 60_000;
const SEQ_MODULUS = 256;

/** Source: Eclipse Sparkplug 3.0. `externalId` is `{node}/{device}`, or `{node}` for what the node itself measures. */
export const sparkplugCodec: GatewayCodec = {
  name: 'sparkplug',
  filters: (topicPrefix) => MESSAGE_TYPES.map((type) => `${topicPrefix}/${type}/${type.startsWith('N') ? '+' : '+/+'}`),
  create: ({ topicPrefix }) => createDecoder(topicPrefix),
};

interface Context { readonly type: MessageType; readonly nodeId: string; readonly deviceId: string | undefined; readonly payload: SparkplugPayload; readonly now: EpochMs }

function createDecoder(topicPrefix: string): GatewayDecoder {
  const nodes = new Map<string, Node>();
  const rebirthAskedAt = new Map<string, EpochMs>();
  let announced = 0;

  function forget(nodeId: string): void {
    const node = nodes.get(nodeId);
    if (node === undefined) return;
    announced -= sizeOf(node);
    nodes.delete(nodeId);
  }

  /** Forgets the oldest other nodes; one of them is asked to announce itself again when it next speaks. False: there is no room even so. */
  function makeRoom(nodeId: string, more: number): boolean {
    for (const other of nodes.keys()) {
      if (nodes.size < MOST_NODES && announced + more <= MOST_ANNOUNCED) return true;
      if (other !== nodeId) forget(other);
    }
    return announced + more <= MOST_ANNOUNCED;
  }

  function nodeOf(nodeId: string): Node {
    const known = nodes.get(nodeId);
    if (known !== undefined) return known;
    makeRoom(nodeId, 0);
    const node: Node = { seq: undefined, bdSeq: undefined, isTrusted: true, own: undefined, devices: new Map() };
    nodes.set(nodeId, node);
    return node;
  }

  /** Nothing when this node was asked less than a minute ago. */
  function askRebirth(nodeId: string, now: EpochMs): Pick<GatewayDecoded, 'requests'> {
    const last = rebirthAskedAt.get(nodeId);
    if (last !== undefined && now - last < REBIRTH_EVERY_MS && now >= last) return {};
    rebirthAskedAt.delete(nodeId);
    for (const oldest of rebirthAskedAt.keys()) {
      if (rebirthAskedAt.size < MOST_NODES) break;
      rebirthAskedAt.delete(oldest);
    }
    rebirthAskedAt.set(nodeId, now);
    return { requests: [{ topic: `${topicPrefix}/NCMD/${nodeId}`, payload: rebirthCommand(now) }] };
  }

  function nodeBirth({ nodeId, payload }: Context): GatewayDecoded {
    forget(nodeId);
    const node = nodeOf(nodeId);
    node.seq = payload.seq;
    node.bdSeq = bdSeqOf(payload.metrics);
    node.own = readBirth(payload.metrics);
    makeRoom(nodeId, node.own.size); // a node's own metrics are one message: there is room
    announced += node.own.size;
    return one(nodeId, { ...readMetrics(payload, node.own, true), status: { online: true } });
  }

  function deviceBirth({ nodeId, deviceId = '', payload, now }: Context): GatewayDecoded {
    const node = nodeOf(nodeId);
    const inOrder = follow(node, payload.seq);
    const old = node.devices.get(deviceId);
    const birth = readBirth(payload.metrics);
    const more = birth.size - (old?.size ?? 0);
    if ((old === undefined && node.devices.size >= MOST_DEVICES) || !makeRoom(nodeId, more)) return { uplinks: [], refusals: [{ reason: 'too_many_readings', detail: 'DBIRTH' }] };
    announced += more;
    node.devices.set(deviceId, birth);
    const decoded = one(`${nodeId}/${deviceId}`, { ...readMetrics(payload, birth, true), status: { online: true } });
    // A device's birth without its node's: the node's came before we listened.
    return inOrder && node.own !== undefined ? decoded : { ...decoded, ...askRebirth(nodeId, now) };
  }

  function data({ nodeId, deviceId, payload, now }: Context): GatewayDecoded {
    const externalId = deviceId === undefined ? nodeId : `${nodeId}/${deviceId}`;
    const node = nodes.get(nodeId);
    const inOrder = node !== undefined && follow(node, payload.seq);
    const birth = deviceId === undefined ? node?.own : node?.devices.get(deviceId);
    const decoded = birth === undefined ? noBirth : readMetrics(payload, birth, node?.isTrusted === true);
    const isComplete = inOrder && node.isTrusted && !decoded.refusals.some(({ reason }) => reason === 'missing_birth');
    return { ...one(externalId, decoded), ...(isComplete ? {} : askRebirth(nodeId, now)) };
  }

  function nodeDeath({ nodeId, payload }: Context): GatewayDecoded {
    const node = nodes.get(nodeId);
    const bdSeq = bdSeqOf(payload.metrics);
    // The will of a connection before the last birth, come late.
    if (node?.bdSeq !== undefined && bdSeq !== undefined && node.bdSeq !== bdSeq) return { uplinks: [], refusals: [] };
    const ids = [nodeId, ...[...node?.devices.keys() ?? []].map((deviceId) => `${nodeId}/${deviceId}`)];
    forget(nodeId);
    return { uplinks: ids.map((externalId) => offline(externalId, 'NDEATH')), refusals: [] };
  }

  function deviceDeath({ nodeId, deviceId = '', payload, now }: Context): GatewayDecoded {
    const node = nodes.get(nodeId);
    const inOrder = node !== undefined && follow(node, payload.seq);
    announced -= node?.devices.get(deviceId)?.size ?? 0;
    node?.devices.delete(deviceId);
    return { uplinks: [offline(`${nodeId}/${deviceId}`, 'DDEATH')], refusals: [], ...(inOrder ? {} : askRebirth(nodeId, now)) };
  }

  const handlers: Record<MessageType, (context: Context) => GatewayDecoded> = {
    NBIRTH: nodeBirth, DBIRTH: deviceBirth, NDATA: data, DDATA: data, NDEATH: nodeDeath, DDEATH: deviceDeath,
  };

  return {
    decode({ topic, payload: bytes, now }: GatewayMessage): GatewayDecoded {
      const address = topic.startsWith(`${topicPrefix}/`) ? readTopic(topic.slice(topicPrefix.length + 1)) : undefined;
      if (address === undefined) return { uplinks: [], refusals: [{ reason: 'unknown_topic' }] };
      const externalId = address.deviceId === undefined ? address.nodeId : `${address.nodeId}/${address.deviceId}`;
      if (!isExternalId(externalId)) return { uplinks: [], refusals: [{ reason: 'unknown_topic', detail: 'node/device' }] };
      if (bytes.byteLength > LIMITS.payloadBytes) return one(externalId, { readings: [], events: [], refusals: [{ reason: 'payload_too_large' }] });
      const payload = readSparkplug(bytes);
      if (payload === undefined) return one(externalId, { readings: [], events: [], refusals: [{ reason: 'malformed_bytes' }] });
      return handlers[address.type]({ ...address, payload, now });
    },
  };
}

/** `{type}/{node}[/{device}]`; undefined for anything else, commands and host states among them. */
function readTopic(rest: string): Pick<Context, 'type' | 'nodeId' | 'deviceId'> | undefined {
  const [type, nodeId, deviceId, ...more] = rest.split('/');
  const known = MESSAGE_TYPES.find((candidate) => candidate === type);
  if (known === undefined || !nodeId || more.length > 0) return undefined;
  if (known.startsWith('N') ? deviceId !== undefined : !deviceId) return undefined;
  return { type: known, nodeId, deviceId };
}

/** True when this is the next message of the node, or the last one again (a redelivery). */
function follow(node: Node, seq: number | undefined): boolean {
  const last = node.seq;
  node.seq = seq ?? last;
  if (last === undefined) return true;
  if (seq !== undefined && (seq === last || seq === (last + 1) % SEQ_MODULUS)) return true;
  node.isTrusted = false;
  return false;
}

const noBirth: Decoded = { readings: [], events: [], refusals: [{ reason: 'missing_birth' }] };

/** `canUseAlias` false: only metrics that give their name are read. */
function readMetrics({ timestamp, metrics }: SparkplugPayload, birth: Birth, canUseAlias: boolean): Decoded {
  const byTime = new Map<number | undefined, Draft>();
  const refusals: Refusal[] = [];
  for (const metric of metrics) {
    const announced = find(metric, birth, canUseAlias);
    if (announced === undefined) refusals.push({ reason: 'missing_birth', detail: metric.name ? metric.name.slice(0, 64) : `alias ${String(aliasOf(metric))}` });
    else if (announced.target !== undefined && metric.isNull !== true) readMetric(metric, announced, timestamp, byTime, refusals);
    if (byTime.size > LIMITS.readingsPerMessage || refusals.length > LIMITS.readingsPerMessage) return { readings: [], events: [], refusals: [{ reason: 'too_many_readings' }] };
  }
  return { readings: [...byTime.values()], events: [], refusals };
}

function find(metric: SparkplugMetric, birth: Birth, canUseAlias: boolean): Announced | undefined {
  if (metric.name) return birth.byName.get(metric.name);
  const alias = canUseAlias ? aliasOf(metric) : undefined;
  return alias === undefined ? undefined : birth.byAlias.get(alias);
}

function readMetric(metric: SparkplugMetric, { name, datatype, target, convert, fault }: Announced, payloadTime: number | undefined, byTime: Map<number | undefined, Draft>, refusals: Refusal[]): void {
  const refuse = (reason: Refusal['reason']): void => void refusals.push({ reason, detail: name.slice(0, 64) });
  if (target === undefined) return;
  if (fault !== undefined) return refuse(fault);
  if (metric.datatype && metric.datatype !== datatype) return refuse('wrong_type'); // not what was announced
  const given = Object.hasOwn(metric, 'timestamp') ? wholeNumber(metric.timestamp) ?? Number.NaN : payloadTime;
  const ts = given === 0 ? undefined : given; // a clock that was never set
  if (ts === undefined ? metric.isHistorical === true : !isEpochMs(ts)) return refuse('bad_time');
  const raw = metricValue(metric, datatype);
  const value = typeof raw === 'number' && convert !== undefined ? convert(raw) : raw;
  if (value === undefined) return refuse('wrong_type');
  if (target === 'distanceMm') {
    const { readings: [distance], refusals: [refusal] } = readFields({ distanceMm: value }, DISTANCE, ts);
    if (distance?.distanceMm === undefined) return refuse(refusal?.reason ?? 'wrong_type');
    draftAt(byTime, ts).distanceMm = distance.distanceMm;
    return;
  }
  const outOfPlace = valueFault(METRICS[target], value);
  if (outOfPlace !== undefined) return refuse(outOfPlace);
  draftAt(byTime, ts).values[target] = value;
}

/** A reading while it is put together. */
interface Draft { ts?: number; values: Partial<Record<MetricKey, MetricValue>>; distanceMm?: number }

function draftAt(byTime: Map<number | undefined, Draft>, ts: number | undefined): Draft {
  const draft = byTime.get(ts) ?? (ts === undefined ? { values: {} } : { ts, values: {} });
  byTime.set(ts, draft);
  return draft;
}

const DISTANCE = { distanceMm: { metric: 'distanceMm' } } as const;

const sizeOf = ({ own, devices }: Node): number => [...devices.values()].reduce((sum, birth) => sum + birth.size, own?.size ?? 0);
const one = (externalId: string, decoded: Decoded): GatewayDecoded => ({ uplinks: [{ externalId, decoded }], refusals: [] });
const offline = (externalId: string, reason: string): DeviceUplink => ({ externalId, decoded: { readings: [], events: [], refusals: [], status: { online: false, reason } } });
