import type { CodecName, Device, DeviceKind, DevicePatch, DeviceStatus, DeviceWithTwin, Location } from '@liandong/protocols';
import type { Selectable, Updateable } from 'kysely';
import type { Database } from '../database/schema.js';

export type DeviceRow = Selectable<Database['device']>;

/** Rows are written from a Device only, so the casts below name what was put in. */
export function toDevice(row: DeviceRow): Device {
  return {
    id: row.id, name: row.name, kind: row.kind as DeviceKind, area: row.area, codec: row.codec as CodecName,
    ...(row.gateway === null ? {} : { gateway: row.gateway }),
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    ...(row.payload_codec === null ? {} : { payloadCodec: row.payload_codec }),
    ...(row.topic_prefix === null ? {} : { topicPrefix: row.topic_prefix }),
    ...(row.location === null ? {} : { location: JSON.parse(row.location) as Location }),
    ...(row.install === null ? {} : { install: JSON.parse(row.install) as NonNullable<Device['install']> }),
    reportingIntervalS: row.reporting_interval_s, status: row.status as DeviceStatus, ...(row.accepted === 1 ? {} : { accepted: false }),
    ...(row.last_seen_at === null ? {} : { lastSeenAt: row.last_seen_at }),
  };
}

/** Only the columns that the patch names. */
export const toChangedColumns = (patch: DevicePatch): Updateable<Database['device']> => ({
  ...(patch.name === undefined ? {} : { name: patch.name }),
  ...(patch.area === undefined ? {} : { area: patch.area }),
  ...(patch.gateway === undefined ? {} : { gateway: patch.gateway }),
  ...(patch.externalId === undefined ? {} : { external_id: patch.externalId }),
  ...(patch.payloadCodec === undefined ? {} : { payload_codec: patch.payloadCodec }),
  ...(patch.topicPrefix === undefined ? {} : { topic_prefix: patch.topicPrefix }),
  ...(patch.location === undefined ? {} : { location: JSON.stringify(patch.location) }),
  ...(patch.install === undefined ? {} : { install: JSON.stringify(patch.install) }),
  ...(patch.reportingIntervalS === undefined ? {} : { reporting_interval_s: patch.reportingIntervalS }),
  ...(patch.status === undefined ? {} : { status: patch.status }),
});

type Facts = Record<string, unknown>;
/** Undefined when nothing was asked and nothing was said. */
export function toTwin({ desired, reported }: Pick<DeviceRow, 'desired' | 'reported'>): NonNullable<DeviceWithTwin['twin']> | undefined {
  if (desired === null && reported === null) return undefined;
  // Both are written as objects only, by mergeTwin.
  return { ...(desired === null ? {} : { desired: JSON.parse(desired) as Facts }), ...(reported === null ? {} : { reported: JSON.parse(reported) as Facts }) };
}
