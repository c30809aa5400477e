import type { AreaService } from '../areas/area-service.js';
import type { DeviceService } from '../devices/device-service.js';
import { AppError } from '../problem.js';
import type { RuleService } from '../rules/rule-service.js';

const refuse = async (): Promise<never> => {
  throw new AppError('EDGE_READ_ONLY', { zh: '区域、设备和规则在街道中心登记和修改，一分钟内到达本机。', en: 'Areas, devices and rules are kept at the hub, and are here within a minute.' });
};

/** What an edge has from its hub can be looked at here, not changed: the next answer of the hub would undo it. */
export const readOnlyAreas = (areas: AreaService): AreaService => ({ ...areas, create: refuse, patch: refuse });
export const readOnlyDevices = (devices: DeviceService): DeviceService => ({ ...devices, create: refuse, patch: refuse, remove: refuse, rotateCredentials: refuse });
export const readOnlyRules = (rules: RuleService): RuleService => ({ ...rules, create: refuse, replace: refuse, remove: refuse });
