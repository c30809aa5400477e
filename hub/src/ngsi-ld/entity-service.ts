import { POLLUTANTS, type Concentrations, type Device, type DeviceId, type EpochMs, type Pollutant } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { DeviceDirectory } from '../devices/types.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import type { LatestValues } from '../realtime/types.js';
import type { TelemetryStore } from '../telemetry/types.js';
import { ENTITY_TYPES, entityOf, isOfType, parseEntityId, type EntityType, type LdEntity } from './entities.js';

export interface EntityQuery { readonly types: readonly EntityType[]; readonly ids: readonly string[] | undefined; readonly limit: number; readonly offset: number }

/** Devices as NGSI-LD entities, read-only: things only, never a person. A device of a foreign area does not exist. */
export interface EntityService {
  /** By type, then device; from latest values. `count`: of all that fit. */
  list(principal: Principal, query: EntityQuery): Promise<{ data: LdEntity[]; count: number }>;
  /** Throws DEVICE_NOT_FOUND. */
  get(principal: Principal, id: string): Promise<LdEntity>;
}
export interface EntityServiceDependencies {
  readonly directory: DeviceDirectory; readonly areas: AreaTree; readonly latest: LatestValues; readonly store: Pick<TelemetryStore, 'summarise'>; readonly clock: Clock;
}

/** The mean of an hour is taken over parts of five minutes, of which three quarters must have been measured (GB 3095, validity of data). */
const PART_MS = 300_000;
const PARTS = 12;
const VALID_SHARE = 0.75;

export function createEntityService({ directory, areas, latest, store, clock }: EntityServiceDependencies): EntityService {
  /** While the store is down there is no index, and everything else. */
  async function hourMeans(devices: readonly Device[]): Promise<Map<DeviceId, Concentrations>> {
    const means = new Map<DeviceId, Concentrations>();
    if (devices.length === 0) return means;
    const to = Math.floor(clock.now() / PART_MS) * PART_MS;
    const parts = await store.summarise({ devices: devices.map(({ id }) => id), metrics: [...POLLUTANTS], from: to - PARTS * PART_MS, to, everyMs: PART_MS }).catch(() => []);
    const sums = new Map<string, { device: DeviceId; pollutant: Pollutant; sum: number; count: number; parts: Set<EpochMs> }>();
    for (const { device, metric, start, sum, count } of parts) {
      const found = sums.get(`${device} ${metric}`) ?? { device, pollutant: metric as Pollutant, sum: 0, count: 0, parts: new Set<EpochMs>() }; // asked for pollutants only
      sums.set(`${device} ${metric}`, found);
      [found.sum, found.count] = [found.sum + sum, found.count + count];
      found.parts.add(start);
    }
    for (const { device, pollutant, sum, count, parts: measured } of sums.values()) {
      const expected = Math.max(1, Math.min(PARTS, Math.floor(3600 / (directory.get(device)?.device.reportingIntervalS ?? 60))));
      if (measured.size >= Math.ceil(VALID_SHARE * expected)) means.set(device, { ...means.get(device), [pollutant]: sum / count });
    }
    return means;
  }

  async function toEntities(found: readonly { type: EntityType; device: Device }[]): Promise<LdEntity[]> {
    const means = await hourMeans(found.filter(({ type }) => type === 'AirQualityObserved').map(({ device }) => device));
    return found.map(({ type, device }) => entityOf(type, { device, area: areas.get(device.area), values: latest.get(device.id), means: means.get(device.id) }));
  }

  const isShown = (principal: Principal, type: EntityType, device: Device): boolean =>
    device.status !== 'retired' && areas.isVisible(principal, device.area) && isOfType(type, device, latest.get(device.id));

  return {
    async list(principal, { types, ids, limit, offset }) {
      requirePermission(principal, 'aggregate:read');
      const named = ids === undefined ? undefined : new Set(ids.flatMap((id) => { const parsed = parseEntityId(id); return parsed === undefined ? [] : [`${parsed.type} ${parsed.device}`]; }));
      const found: { type: EntityType; device: Device }[] = [];
      for (const type of ENTITY_TYPES.filter((name) => types.includes(name))) {
        const devices = [...directory.values()].map(({ device }) => device).filter((device) => (named === undefined || named.has(`${type} ${device.id}`)) && isShown(principal, type, device));
        for (const device of devices.sort((a, b) => (a.id < b.id ? -1 : 1))) found.push({ type, device });
      }
      return { data: await toEntities(found.slice(offset, offset + limit)), count: found.length };
    },
    async get(principal, id) {
      requirePermission(principal, 'aggregate:read');
      const parsed = parseEntityId(id);
      const device = parsed === undefined ? undefined : directory.get(parsed.device)?.device;
      if (parsed === undefined || device === undefined || !isShown(principal, parsed.type, device)) throw new AppError('DEVICE_NOT_FOUND', 'There is no entity of this id.');
      return (await toEntities([{ type: parsed.type, device }]))[0]!; // one in, one out
    },
  };
}
