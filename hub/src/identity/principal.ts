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
export type Permission = 'area:read' | 'area:write' | 'device:read' | 'device:write' | 'device:command' | 'gate:open' | 'telemetry:read' | 'event:read' | 'alert:read' | 'aggregate:read' | 'alert:act' | 'rule:read' | 'rule:write' | 'duty:read' | 'duty:write' | 'channel:write' | 'user:write' | 'token:write' | 'audit:read' | 'backup:write' | 'city-alert:read' | 'city-alert:ack' | 'city:read' | 'city:write';

const EVERYTHING: readonly Permission[] = ['area:read', 'area:write', 'device:read', 'device:write', 'device:command', 'gate:open', 'telemetry:read', 'event:read', 'alert:read', 'aggregate:read', 'alert:act', 'rule:read', 'rule:write', 'duty:read', 'duty:write', 'channel:write', 'user:write', 'token:write', 'audit:read', 'backup:write', 'city-alert:read', 'city-alert:ack', 'city:read', 'city:write'];
const PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: EVERYTHING,
  operator: ['area:read', 'device:read', 'device:write', 'device:command', 'gate:open', 'telemetry:read', 'event:read', 'alert:read', 'aggregate:read', 'alert:act', 'rule:read', 'rule:write', 'duty:read', 'duty:write'],
  installer: ['area:read', 'device:read', 'device:write', 'device:command', 'telemetry:read', 'event:read'],
  grid_worker: ['area:read', 'device:read', 'telemetry:read', 'alert:read'],
  property: ['area:read', 'device:read', 'telemetry:read', 'event:read', 'alert:read', 'aggregate:read'],
  city: ['area:read', 'aggregate:read', 'city-alert:read', 'city-alert:ack', 'city:read'],
};

/** For people; programs go by the permission's own name. */
const PERMISSION_NAMES: Readonly<Record<Permission, string>> = {
  'area:read': '查看区域', 'area:write': '修改区域', 'device:read': '查看设备', 'device:write': '修改设备', 'device:command': '向设备下发命令', 'gate:open': '远程开门', 'telemetry:read': '查看数据', 'event:read': '查看通行与事件',
  'alert:read': '查看告警', 'aggregate:read': '查看汇总', 'alert:act': '处理告警', 'rule:read': '查看规则', 'rule:write': '修改规则', 'duty:read': '查看值班', 'duty:write': '修改值班', 'channel:write': '管理通知渠道',
  'user:write': '管理用户', 'token:write': '管理令牌', 'audit:read': '查看审计记录', 'backup:write': '备份', 'city-alert:read': '查看市级告警', 'city-alert:ack': '确认市级告警', 'city:read': '查看全市', 'city:write': '管理街道平台',
};

export const hasPermission = (principal: Principal, permission: Permission): boolean => PERMISSIONS[principal.role].includes(permission);

/** First statement of every service method. @throws AppError FORBIDDEN */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!hasPermission(principal, permission)) throw new AppError('FORBIDDEN', { zh: `当前角色没有“${PERMISSION_NAMES[permission]}”的权限。`, en: `Role ${principal.role} lacks ${permission}.` });
}

/** May somebody of role `maker` give away role `role`? Never one that can do what the maker can't. */
export const mayGrant = (maker: Role, role: Role): boolean => PERMISSIONS[role].every((permission) => PERMISSIONS[maker].includes(permission));
