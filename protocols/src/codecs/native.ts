import { LIMITS } from '../limits.js';
import type { Decoded } from './decoded.js';
import { metricByKey, type Metric, type MetricKey, type MetricValue } from '../metrics.js';
import type { Refusal } from '../refusals.js';
import type { UplinkKind } from '../topics.js';

const EVENT_TYPE = /^[a-z][a-z0-9_]{0,31}$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes one native payload. Never throws: whatever is wrong comes back as refusals.
 * Telemetry is refused value by value; an event, a status or a reply as a whole.
 */
export function decodeNative(kind: UplinkKind, payload: Uint8Array): Decoded {
  if (payload.byteLength > LIMITS.payloadBytes) return refused('payload_too_large');
  let body: unknown;
  try {
    body = JSON.parse(decoder.decode(payload));
  } catch {
    return refused('malformed_json');
  }
  return decodeNativeBody(kind, body);
}

/** The same of a payload that has been parsed already. */
export function decodeNativeBody(kind: UplinkKind, body: unknown): Decoded {
  switch (kind) {
    case 'telemetry': return decodeTelemetry(body);
    case 'event': return decodeEvent(body);
    case 'status': return decodeStatus(body);
    case 'reply': return decodeReply(body);
  }
}

function decodeTelemetry(body: unknown): Decoded {
  const decoded: Decoded = { readings: [], events: [], refusals: [] };
  if (!Array.isArray(body)) {
    decodeReading(body, decoded);
  } else if (body.length > LIMITS.readingsPerMessage) {
    decoded.refusals.push({ reason: 'too_many_readings', detail: String(body.length) });
  } else {
    for (const item of body) decodeReading(item, decoded);
    if (body.length === 0) decoded.refusals.push({ reason: 'missing_values' });
  }
  return decoded;
}

function decodeReading(item: unknown, { readings, refusals }: Decoded): void {
  if (!isRecord(item)) return void refusals.push({ reason: 'wrong_type', detail: 'reading' });
  const { ts, seq, values } = item;
  if (ts !== undefined && !isTimestamp(ts)) return void refusals.push({ reason: 'bad_time', detail: 'ts' });
  if (seq !== undefined && !Number.isSafeInteger(seq)) return void refusals.push({ reason: 'wrong_type', detail: 'seq' });
  if (values === undefined) return void refusals.push({ reason: 'missing_values' });
  if (!isRecord(values)) return void refusals.push({ reason: 'wrong_type', detail: 'values' });
  const good: Partial<Record<MetricKey, MetricValue>> = {};
  let accepted = 0;
  let seen = 0;
  for (const key in values) {
    seen += 1;
    const metric = metricByKey.get(key);
    const fault = metric === undefined ? 'unknown_metric' : valueFault(metric, values[key]);
    if (fault === undefined) {
      good[key as MetricKey] = values[key] as MetricValue; // valueFault has checked key and type
      accepted += 1;
    } else {
      refusals.push({ reason: fault, detail: key.slice(0, 64) });
    }
  }
  if (accepted > 0) readings.push(ts === undefined ? { values: good } : { ts, values: good });
  else if (seen === 0) refusals.push({ reason: 'missing_values' });
}

/** Why a value of this metric is refused; undefined when it is plausible. */
export function valueFault(metric: Metric, value: unknown): Refusal['reason'] | undefined {
  if (metric.type === 'boolean') return typeof value === 'boolean' ? undefined : 'wrong_type';
  if (typeof value !== 'number') return 'wrong_type';
  if (value >= metric.min && value <= metric.max) return undefined;
  return Number.isFinite(value) ? 'out_of_range' : 'not_finite';
}

function decodeEvent(body: unknown): Decoded {
  if (!isRecord(body)) return refused('wrong_type', 'event');
  const { id, ts, type, data = {} } = body;
  if (typeof id !== 'string' || id === '' || id.length > LIMITS.eventIdLength || hasControlCharacter(id)) return refused('bad_event', 'id');
  if (typeof type !== 'string' || !EVENT_TYPE.test(type)) return refused('bad_event', 'type');
  if (ts !== undefined && !isTimestamp(ts)) return refused('bad_time', 'ts');
  if (!isRecord(data)) return refused('wrong_type', 'data');
  const fault = treeFault(data);
  if (fault !== undefined) return { readings: [], events: [], refusals: [fault] };
  return { readings: [], events: [{ id, type, data, ...(ts === undefined ? {} : { ts }) }], refusals: [] };
}

function decodeStatus(body: unknown): Decoded {
  if (!isRecord(body) || typeof body['online'] !== 'boolean') return refused('wrong_type', 'online');
  const { online, reason } = body as { online: boolean; reason?: unknown };
  if (reason !== undefined && typeof reason !== 'string') return refused('wrong_type', 'reason');
  return { readings: [], events: [], status: { online, ...(reason === undefined ? {} : { reason: reason.slice(0, 200) }) }, refusals: [] };
}

function decodeReply(body: unknown): Decoded {
  if (!isRecord(body)) return refused('wrong_type', 'reply');
  const { id, ok, error } = body;
  if (typeof id !== 'string' || id === '' || id.length > LIMITS.eventIdLength || hasControlCharacter(id)) return refused('wrong_type', 'id');
  if (typeof ok !== 'boolean') return refused('wrong_type', 'ok');
  if (error !== undefined && typeof error !== 'string') return refused('wrong_type', 'error');
  return { readings: [], events: [], reply: { id, ok, ...(error === undefined ? {} : { error: error.slice(0, 500) }) }, refusals: [] };
}

/** Keys that name a person's face or body; `method: "face"` as a value is fine, an image or template is not. */
export const BIOMETRIC_KEY = /^(face|facial|portrait|biometric|finger|iris|palm)|(image|photo|picture|snapshot|jpeg|base64|template|feature|embedding)/i;
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** Longer text than this in an event is taken for an encoded picture or template. */
const LONGEST_TEXT = 1024;

/** Walks an event's data without recursion, so depth can't exhaust the stack. */
function treeFault(root: Record<string, unknown>): Refusal | undefined {
  const stack: { node: Record<string, unknown>; depth: number }[] = [{ node: root, depth: 1 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.depth > LIMITS.eventDataDepth) return { reason: 'too_deep', detail: 'data' };
    for (const [key, value] of Object.entries(top.node)) {
      if (PROTOTYPE_KEYS.has(key)) return { reason: 'forbidden_key', detail: key };
      if (BIOMETRIC_KEY.test(key)) return { reason: 'biometric', detail: key.slice(0, 64) };
      if (typeof value === 'string' && (value.length > LONGEST_TEXT || value.startsWith('data:image'))) return { reason: 'biometric', detail: key.slice(0, 64) };
      if (typeof value === 'number' && !Number.isFinite(value)) return { reason: 'not_finite', detail: key.slice(0, 64) };
      if (typeof value === 'object' && value !== null) stack.push({ node: value as Record<string, unknown>, depth: top.depth + 1 }) // JSON: an array's entries are its items;
    }
  }
  return undefined;
}

const refused = (reason: Refusal['reason'], detail?: string): Decoded =>
  ({ readings: [], events: [], refusals: [detail === undefined ? { reason } : { reason, detail }] });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTimestamp = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15;
const hasControlCharacter = (text: string): boolean => /[\u0000-\u001f\u007f]/.test(text);
