import type { AreaId, Role } from '@liandong/protocols';
import { AppError } from '../problem.js';

/** Who is asking: a person's session or a program's token. */
export interface Principal {
  /** User name, or `token:{name}`; what stands in audit rows and on acknowledged alerts. */
  readonly name: string;
  readonly role: Role;
  /** The area the role is bound to; undefined: everything. */
  readonly area: AreaId | undefined;
}

/** What a service method may require. */
export type Permission = 'area:read' | 'area:write' | 'device:read' | 'device:write' | 'device:command' | 'gate:open' | 'telemetry:read' | 'event:read' | 'alert:read' | 'aggregate:read' | 'alert:act' | 'rule:read' | 'rule:write' | 'duty:read' | 'duty:write' | 'channel:write' | 'user:write' | 'token:write' | 'audit:read' | 'city-alert:read' | 'city-alert:ack' | 'city:read' | 'city:write';

const EVERYTHING: readonly Permission[] = ['area:read', 'area:write', 'device:read', 'device:write', 'device:command', 'gate:open', 'telemetry:read', 'event:read', 'alert:read', 'aggregate:read', 'alert:act', 'rule:read', 'rule:write', 'duty:read', 'duty:write', 'channel:write', 'user:write', 'token:write', 'audit:read', 'city-alert:read', 'city-alert:ack', 'city:read', 'city:write'];
const PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: EVERYTHING,
  operator: ['area:read', 'device:read', 'device:write', 'device:command', 'gate:open', 'telemetry:read', 'event:read', 'alert:read', 'aggregate:read', 'alert:act', 'rule:read', 'rule:write', 'duty:read', 'duty:write'],
  installer: ['area:read', 'device:read', 'device:write', 'device:command', 'telemetry:read', 'event:read'],
  grid_worker: ['area:read', 'device:read', 'telemetry:read', 'alert:read'],
  property: ['area:read', 'device:read', 'telemetry:read', 'event:read', 'alert:read', 'aggregate:read'],
  city: ['area:read', 'aggregate:read', 'city-alert:read', 'city-alert:ack', 'city:read'],
};

export const hasPermission = (principal: Principal, permission: Permission): boolean => PERMISSIONS[principal.role].includes(permission);

/** First statement of every service method. @throws AppError FORBIDDEN */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!hasPermission(principal, permission)) throw new AppError('FORBIDDEN', { zh: `当前角色没有 ${permission} 权限。`, en: `Role ${principal.role} lacks ${permission}.` });
}

/** May somebody of role `maker` give away role `role`? Never one that can do what the maker can't. */
export const mayGrant = (maker: Role, role: Role): boolean => PERMISSIONS[role].every((permission) => PERMISSIONS[maker].includes(permission));
