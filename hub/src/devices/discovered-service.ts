import { isId, type Discovered, type DiscoveredQuery } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import type { DeviceService } from './device-service.js';
import type { DiscoveredPosition, DiscoveredRepository } from './discovered-repository.js';
import type { DeviceDirectory } from './types.js';

const DEFAULT_PAGE = 200;

/** What the caller's gateways speak of. Throws DEVICE_NOT_FOUND (the gateway), CURSOR_INVALID. */
export interface DiscoveredService {
  list(principal: Principal, query: DiscoveredQuery): Promise<{ data: Discovered[]; next?: string }>;
}

export function createDiscoveredService({ areas, directory, devices, discovered }: {
  areas: AreaTree; directory: DeviceDirectory; devices: Pick<DeviceService, 'require'>; discovered: Pick<DiscoveredRepository, 'list'>;
}): DiscoveredService {
  return {
    async list(principal, { gateway, limit = DEFAULT_PAGE, cursor }) {
      requirePermission(principal, 'device:read');
      if (gateway !== undefined) devices.require(principal, 'device:read', gateway);
      const gateways = gateway !== undefined ? [gateway] : [...directory.values()].filter(({ device }) => device.kind === 'gateway' && areas.isVisible(principal, device.area)).map(({ device }) => device.id);
      const found = await discovered.list({ gateways, limit: limit + 1, ...(cursor === undefined ? {} : { after: positionOf(cursor) }) });
      const data = found.slice(0, limit);
      const last = data.at(-1);
      return found.length > limit && last !== undefined ? { data, next: cursorOf(last) } : { data };
    },
  };
}

const cursorOf = ({ lastSeenAt, gateway, externalId }: Discovered): string => Buffer.from(JSON.stringify([lastSeenAt, gateway, externalId])).toString('base64url');

function positionOf(cursor: string): DiscoveredPosition {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const [lastSeenAt, gateway, externalId] = Array.isArray(read) ? read as unknown[] : []; // each is looked at below
    if (typeof lastSeenAt === 'number' && typeof gateway === 'string' && isId(gateway) && typeof externalId === 'string') return { lastSeenAt, gateway, externalId };
  } catch (cause) {
    throw new AppError('CURSOR_INVALID', undefined, { cause });
  }
  throw new AppError('CURSOR_INVALID');
}
