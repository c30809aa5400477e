import type { Alert, AreaId, DeviceId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { toAlert } from './alert-rows.js';

/** An alert of an area that is gone is still everybody's who sees everything. */
export const isAlertVisible = (areas: AreaTree, principal: Principal, { area }: Alert): boolean => principal.area === undefined || areas.contains(principal.area, area);

/** Active alerts that the caller may see, in the order of their ids. Neither areas nor devices given: everything; both given: either is enough. @throws AppError FORBIDDEN */
export async function listActive({ db, areas }: { db: Db; areas: AreaTree }, principal: Principal, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): Promise<Alert[]> {
  requirePermission(principal, 'alert:read');
  const rows = await db.selectFrom('alert').selectAll().where('active', '=', 1).orderBy('id').execute();
  const isInScope = scopeFilter(areas, scope);
  return rows.map(toAlert).filter((alert) => isAlertVisible(areas, principal, alert) && isInScope(alert));
}

function scopeFilter(areas: AreaTree, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): (alert: Alert) => boolean {
  if (scope.areas === undefined && scope.devices === undefined) return () => true;
  const wanted = new Set((scope.areas ?? []).flatMap((area) => [...areas.subtree(area)]));
  const devices = new Set(scope.devices);
  return ({ area, deviceId }) => wanted.has(area) || (deviceId !== undefined && devices.has(deviceId));
}
