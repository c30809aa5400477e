import { AlertSchema, AlertTimelineEntrySchema, LIMITS, UPLINK_LIMITS, decodeNativeBody, isId, type Decoded, type DeviceId, type EdgeAlertRecord, type EpochMs, type JournalRecord, type Refusal } from '@liandong/protocols';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../clock.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { Pseudonyms } from '../ingest/pseudonyms.js';
import { decodeUplink } from './uplink-codec.js';

/** That an edge was heard is written this often at most. */
const SIGHTING_EVERY_MS = 10_000;

const isAlert = Compile(Type.Object({
  alert: AlertSchema,
  entries: Type.Array(Type.Object({ ...AlertTimelineEntrySchema.properties, n: Type.Integer({ minimum: 1 }) }), { maxItems: UPLINK_LIMITS.entries }),
}));

export interface EdgeIngestDependencies {
  readonly directory: DeviceDirectory;
  readonly pseudonyms: Pseudonyms;
  readonly clock: Clock;
  /** As of ingest: older readings and events are refused (ms before now). */
  readonly retentionMs: number;
  readonly eventRetentionMs: number;
}

/** What one batch came to. */
export interface EdgeReading { readonly records: JournalRecord[]; readonly refused: readonly { readonly device: DeviceEntry; readonly refusals: readonly Refusal[] }[] }

/** Reads what edges pass on. Every record is checked as if its device had sent it here: an edge answers for its own community and no other. */
export interface EdgeReader {
  read(edge: DeviceEntry, payload: Uint8Array): EdgeReading;
}

export function createEdgeIngest({ directory, pseudonyms, clock, retentionMs, eventRetentionMs }: EdgeIngestDependencies): EdgeReader {
  const sightedAt = new Map<DeviceId, EpochMs>();

  function sighting(edge: DeviceId, now: EpochMs): JournalRecord[] {
    const last = sightedAt.get(edge);
    if (last !== undefined && now >= last && now - last < SIGHTING_EVERY_MS) return [];
    sightedAt.set(edge, now);
    return [{ type: 'status', device: edge, at: now, online: true }];
  }

  return {
    read(edge, payload) {
      const now = clock.now();
      const refusals = new Map<DeviceEntry, Refusal[]>();
      const refuse = (device: DeviceEntry, ...more: readonly Refusal[]): undefined => {
        if (more.length > 0) refusals.set(device, [...refusals.get(device) ?? [], ...more]);
      };
      const records: JournalRecord[] = [];
      const items = decodeUplink(payload);
      if (items === undefined) refuse(edge, { reason: 'bad_uplink' });
      for (const item of items ?? []) {
        const record = takeRecord(item, edge, { now, refuse });
        if (record !== undefined) records.push(record);
      }
      records.push(...sighting(edge.device.id, now)); // last: whether a group waits for company goes by its first record
      return { records, refused: [...refusals].map(([device, found]) => ({ device, refusals: found })) };
    },
  };

  function takeRecord(item: unknown, edge: DeviceEntry, context: Context): JournalRecord | undefined {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return context.refuse(edge, { reason: 'bad_uplink', detail: 'record' });
    const { type, device: id, at: received } = item as Record<string, unknown>; // an object
    if (typeof id !== 'string' || !isId(id) || !isTime(received)) return context.refuse(edge, { reason: 'bad_uplink', detail: 'device or at' });
    const head: Head = { device: id, at: Math.min(received, context.now), edge: edge.device.id };
    const entry = directory.get(id);
    // How an alert ended is told of devices, too, that were removed meanwhile.
    if (type === 'alert' && (entry === undefined || entry.community === edge.community)) return takeAlert(item, head) ?? context.refuse(edge, { reason: 'bad_uplink', detail: 'alert' });
    if (entry === undefined) return context.refuse(edge, { reason: 'unknown_device', detail: id });
    if (entry.community !== edge.community) return context.refuse(edge, { reason: 'wrong_area', detail: id });
    if (entry.device.status === 'retired') return context.refuse(entry, { reason: 'retired_device' });
    return takeReading(item as Record<string, unknown>, head, entry, context);
  }

  function takeReading(item: Record<string, unknown>, head: Head, entry: DeviceEntry, context: Context): JournalRecord | undefined {
    const decoded = decode(item);
    context.refuse(entry, ...decoded?.refusals ?? [{ reason: 'bad_uplink', detail: 'type' }]);
    const [reading] = decoded?.readings ?? [];
    const [event] = decoded?.events ?? [];
    if (reading !== undefined) {
      const time = timeOf(reading.ts, head, entry, { ...context, retentionMs });
      return time && { type: 'telemetry', ...head, ...time, values: reading.values };
    }
    if (event !== undefined) {
      const time = timeOf(event.ts, head, entry, { ...context, retentionMs: eventRetentionMs });
      return time && { type: 'event', ...head, ...time, id: event.id, event: event.type, data: pseudonyms.protect(event.data) };
    }
    if (decoded?.status !== undefined) return { type: 'status', ...head, ...decoded.status };
    return decoded?.reply === undefined ? undefined : { type: 'reply', ...head, ...decoded.reply };
  }
}

interface Head { readonly device: DeviceId; readonly at: EpochMs; readonly edge: DeviceId }
interface Context { readonly now: EpochMs; readonly refuse: (device: DeviceEntry, ...refusals: readonly Refusal[]) => undefined }

/** A record in the journal's form, read as the native payload it would be. */
function decode(item: Record<string, unknown>): Decoded | undefined {
  switch (item['type']) {
    case 'telemetry': return decodeNativeBody('telemetry', { ts: item['ts'], values: item['values'] });
    case 'event': return decodeNativeBody('event', { id: item['id'], ts: item['ts'], type: item['event'], data: item['data'] });
    case 'status': return decodeNativeBody('status', item);
    case 'reply': return decodeNativeBody('reply', item);
    default: return undefined;
  }
}

function takeAlert(item: object, head: Head): EdgeAlertRecord | undefined {
  return isAlert.Check(item) && item.alert.deviceId === head.device ? { type: 'alert', ...head, alert: item.alert, entries: item.entries } : undefined;
}

/** The edge has looked at the device's clock already; here it is its own that may be wrong. */
function timeOf(ts: EpochMs | undefined, { at }: Head, entry: DeviceEntry, { now, refuse, retentionMs }: Context & { retentionMs: number }): { ts: EpochMs; clockAhead?: true } | undefined {
  if (ts === undefined) return { ts: at };
  if (ts > now + LIMITS.clockAheadMs) {
    refuse(entry, { reason: 'clock_ahead', detail: String(ts) });
    return { ts: at, clockAhead: true };
  }
  return ts >= now - retentionMs ? { ts } : refuse(entry, { reason: 'too_old', detail: String(ts) });
}

const isTime = (value: unknown): value is EpochMs => Number.isSafeInteger(value) && (value as number) >= 0;
