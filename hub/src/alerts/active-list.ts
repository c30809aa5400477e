import type { Alert, AreaId, DeviceId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { breathe } from '../breathe.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { toAlert } from './alert-rows.js';

/** Rows read and unpacked together; then the thread is given up. */
const PAGE = 500;

/** An alert of an area that is gone is still everybody's who sees everything. */
export const isAlertVisible = (areas: AreaTree, principal: Principal, { area }: Pick<Alert, 'area'>): boolean => principal.area === undefined || areas.contains(principal.area, area);

/** Active alerts that the caller may see, in the order of their ids. Neither areas nor devices given: everything; both given: either is enough. @throws AppError FORBIDDEN */
export async function listActive({ db, areas }: { db: Db; areas: AreaTree }, principal: Principal, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): Promise<Alert[]> {
  requirePermission(principal, 'alert:read');
  const isInScope = scopeFilter(areas, scope);
  // By its value, not as a parameter: only then does the index of active alerts serve.
  const places = await db.selectFrom('alert').select(['id', 'area', 'device_id as deviceId']).where((e) => e('active', '=', e.lit(1))).orderBy('id').execute();
  const ids = places.filter((place) => isAlertVisible(areas, principal, place) && isInScope(place)).map(({ id }) => id);
  const found: Alert[] = [];
  for (let from = 0; from < ids.length; from += PAGE) {
    if (from > 0) await breathe();
    const rows = await db.selectFrom('alert').selectAll().where('id', 'in', ids.slice(from, from + PAGE)).where('active', '=', 1).orderBy('id').execute();
    for (const row of rows) found.push(toAlert(row));
  }
  return found;
}

function scopeFilter(areas: AreaTree, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): (place: { area: AreaId; deviceId?: DeviceId | null }) => boolean {
  if (scope.areas === undefined && scope.devices === undefined) return () => true;
  const wanted = new Set((scope.areas ?? []).flatMap((area) => [...areas.subtree(area)]));
  const devices = new Set(scope.devices);
  return ({ area, deviceId }) => wanted.has(area) || (deviceId != null && devices.has(deviceId));
}
