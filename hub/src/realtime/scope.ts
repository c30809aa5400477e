import type { AreaId, DeviceId } from '@liandong/protocols';
import { createHash } from 'node:crypto';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceDirectory } from '../devices/types.js';
import { requirePermission, type Permission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import type { ValidSubscribe } from './requests.js';

/** What one screen asked to see, within what its principal may see. Equal scopes have equal keys. */
export interface Scope {
  readonly key: string;
  /** Bound of the principal; undefined: none. */
  readonly bound: AreaId | undefined;
  readonly hasAlerts: boolean;
  /** Both undefined: everything within the bound. Otherwise areas with all below them, and these devices. */
  readonly areas: ReadonlySet<AreaId> | undefined;
  readonly devices: ReadonlySet<DeviceId> | undefined;
}

/** Does the scope cover a thing of this area, and device if it has one? */
export type Lens = (area: AreaId, device: DeviceId | undefined) => boolean;

export interface Scopes {
  /**
   * An empty list is the same as none given.
   * @throws AppError FORBIDDEN, AREA_NOT_FOUND, DEVICE_NOT_FOUND (also for what lies outside the principal's area)
   */
  resolve(principal: Principal, request: ValidSubscribe): Scope;
  /** For one pass: remembers its answer per area, so it must not be kept while areas change. */
  lens(scope: Scope): Lens;
}

export function createScopes({ areas, directory }: { areas: AreaTree; directory: DeviceDirectory }): Scopes {
  function requireDevice(principal: Principal, id: DeviceId): void {
    const entry = directory.get(id);
    if (entry === undefined || !areas.isVisible(principal, entry.device.area)) throw new AppError('DEVICE_NOT_FOUND', { zh: `没有设备 ${id}。`, en: `There is no device ${id}.` });
  }

  return {
    resolve(principal, request) {
      requirePermission(principal, 'device:read');
      requirePermission(principal, 'telemetry:read');
      request.areas?.forEach((id) => areas.requireVisible(principal, id));
      request.devices?.forEach((id) => requireDevice(principal, id));
      const filter = { areas: setOf(request.areas), devices: setOf(request.devices) };
      const scope = { bound: principal.area, hasAlerts: may(principal, 'alert:read'), ...filter };
      return { ...scope, key: keyOf(scope) };
    },
    lens(scope) {
      const isAll = scope.areas === undefined && scope.devices === undefined;
      const seen = new Map<AreaId, Reach>();
      const reachOf = (area: AreaId): Reach => {
        const lineage = areas.lineage(area);
        const isVisible = lineage.length > 0 && (scope.bound === undefined || lineage.some(({ id }) => id === scope.bound));
        return { isVisible, isCovered: isVisible && (isAll || lineage.some(({ id }) => scope.areas?.has(id) === true)) };
      };
      return (area, device) => {
        let reach = seen.get(area);
        if (reach === undefined) seen.set(area, reach = reachOf(area));
        return reach.isCovered || (reach.isVisible && device !== undefined && scope.devices?.has(device) === true);
      };
    },
  };
}

interface Reach { readonly isVisible: boolean; readonly isCovered: boolean }

const setOf = <T>(items: readonly T[] | undefined): ReadonlySet<T> | undefined =>
  items === undefined || items.length === 0 ? undefined : new Set(items);

function may(principal: Principal, permission: Permission): boolean {
  try {
    requirePermission(principal, permission);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'FORBIDDEN') return false;
    throw error;
  }
}

/** Hashed, because a thousand device ids make a long room name. */
function keyOf({ bound, hasAlerts, areas, devices }: Omit<Scope, 'key'>): string {
  const text = JSON.stringify([bound ?? null, hasAlerts, [...areas ?? []].sort(), [...devices ?? []].sort()]);
  return `scope:${createHash('sha256').update(text).digest('base64url')}`;
}
