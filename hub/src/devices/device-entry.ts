import { gcj02ToWgs84, type AreaId, type Location } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { AppError } from '../problem.js';
import { toDevice, type DeviceRow } from './device-rows.js';
import type { DeviceEntry } from './types.js';

/** @throws AppError AREA_NOT_COMMUNITY */
export function entryOf(areas: AreaTree, row: DeviceRow): DeviceEntry {
  const { subdistrict, community } = placeOf(areas, row.area);
  return { device: toDevice(row), subdistrict, community, secretHash: Buffer.from(row.secret_hash, 'hex') };
}

/** A device stands in a community or one of its grids, and its topics name the sub-district above. @throws AppError AREA_NOT_COMMUNITY */
export function placeOf(areas: AreaTree, area: AreaId): { subdistrict: AreaId; community: AreaId } {
  const community = areas.ancestor(area, 'community')?.id;
  const subdistrict = areas.ancestor(area, 'subdistrict')?.id;
  if (community === undefined) throw new AppError('AREA_NOT_COMMUNITY', { zh: `${area} 不是社区或网格。`, en: `${area} is neither a community nor a grid.` });
  if (subdistrict === undefined) throw new AppError('AREA_NOT_COMMUNITY', { zh: `${area} 之上没有街道。`, en: `There is no sub-district above ${area}.` });
  return { subdistrict, community };
}

/** The database is some seconds behind with `lastSeenAt`: memory knows better. */
export function withSighting(entry: DeviceEntry, known: DeviceEntry | undefined): DeviceEntry {
  const lastSeenAt = known?.device.lastSeenAt;
  return lastSeenAt === undefined ? entry : { ...entry, device: { ...entry.device, lastSeenAt } };
}

/** What is kept is WGS-84, whatever was sent. */
export function inWgs84<T extends { location?: Location; datum?: 'WGS-84' | 'GCJ-02' }>({ datum, ...rest }: T): Omit<T, 'datum'> {
  return rest.location === undefined || datum !== 'GCJ-02' ? rest : { ...rest, location: gcj02ToWgs84(rest.location) };
}
