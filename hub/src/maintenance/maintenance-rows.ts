import type { DeviceId, Maintenance } from '@liandong/protocols';
import type { Insertable, Selectable } from 'kysely';
import type { Database } from '../database/schema.js';

export function toMaintenance(row: Selectable<Database['maintenance']>): Maintenance {
  return {
    id: row.id, from: row.starts_at, to: row.ends_at, reason: row.reason, by: row.by, at: row.at,
    ...(row.area === null ? {} : { area: row.area }), ...(row.devices === null ? {} : { devices: JSON.parse(row.devices) as DeviceId[] }), // written by toMaintenanceRow
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}

export const toMaintenanceRow = ({ id, area, devices, from, to, reason, by, at, endedAt }: Maintenance): Insertable<Database['maintenance']> =>
  ({ id, area: area ?? null, devices: devices === undefined ? null : JSON.stringify(devices), starts_at: from, ends_at: to, reason, by, at, ended_at: endedAt ?? null });
