import type { Rule } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';

type Places = { readonly areas: AreaTree; readonly directory: DeviceDirectory };

/** Does the rule concern anything the caller may see? One that names neither areas nor devices is everybody's to read. */
export function isRuleVisible(principal: Principal, { scope }: Pick<Rule, 'scope'>, { areas, directory }: Places): boolean {
  const { area: own } = principal;
  if (own === undefined || (scope?.areas === undefined && scope?.devices === undefined)) return true;
  const inAreas = scope.areas?.some((id) => areas.contains(own, id) || areas.contains(id, own)) ?? true;
  const inDevices = scope.devices?.some((id) => isWithin(own, id, { areas, directory })) ?? true;
  return inAreas && inDevices;
}

/**
 * Somebody bound to an area writes rules that lie within it: all areas and devices named are the caller's own, and there are some.
 * @throws AppError AREA_NOT_FOUND, DEVICE_NOT_FOUND for one that is not there or somebody else's, FORBIDDEN for a rule that reaches beyond.
 */
export function requireOwnScope(principal: Principal, { scope }: Pick<Rule, 'scope'>, { areas, directory }: Places): void {
  const { area: own } = principal;
  if (own === undefined) return;
  for (const id of scope?.areas ?? []) areas.requireVisible(principal, id);
  const foreignDevice = scope?.devices?.find((id) => !isWithin(own, id, { areas, directory }));
  if (foreignDevice !== undefined) throw new AppError('DEVICE_NOT_FOUND', { zh: `没有设备 ${foreignDevice}。`, en: `There is no device ${foreignDevice}.` });
  if ((scope?.areas ?? []).length + (scope?.devices ?? []).length === 0) throw new AppError('FORBIDDEN', { zh: `您只管 ${own}：请在范围里选其中的区域或设备。`, en: `Your role is bound to ${own}: name areas or devices within it in scope.` });
}

/** May the caller change or delete this rule as it stands? A device that is gone is nobody's, and keeps nobody from what is left of the rule. */
export function isOwnRule(principal: Principal, rule: Pick<Rule, 'scope'>, places: Places): boolean {
  const { area: own } = principal;
  if (own === undefined) return true;
  const { areas: named = [], devices = [] } = rule.scope ?? {};
  return named.length + devices.length > 0 && named.every((id) => places.areas.contains(own, id)) && devices.every((id) => places.directory.get(id) === undefined || isWithin(own, id, places));
}

function isWithin(own: string, device: string, { areas, directory }: Places): boolean {
  const entry = directory.get(device);
  return entry !== undefined && areas.contains(own, entry.device.area);
}
