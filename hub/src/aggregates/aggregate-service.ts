import { METRIC_KEYS, type AggregateAreaList, type AreaId, type MetricKey } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory } from '../devices/types.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { createAggregateOpener, type AggregateOpener } from './aggregate-opener.js';
import type { AggregateCursors } from './cursor.js';
import type { Places } from './places.js';
import { stateOrNone } from './state.js';

/** What the city is told. An area outside the caller's own does not exist (AREA_NOT_FOUND). */
export interface AggregateService {
  readonly open: AggregateOpener;
  /** What can be asked for, and how fresh it is. */
  areas(principal: Principal): Promise<AggregateAreaList>;
}
export interface AggregateServiceDependencies {
  readonly db: Db; readonly clock: Clock; readonly areas: AreaTree; readonly directory: DeviceDirectory; readonly places: Places; readonly cursors: AggregateCursors;
}

export function createAggregateService({ db, clock, areas, directory, places, cursors }: AggregateServiceDependencies): AggregateService {
  return {
    open: createAggregateOpener({ db, clock, areas, cursors }),

    async areas(principal) {
      requirePermission(principal, 'aggregate:read');
      const found = new Map<AreaId, { metrics: Set<MetricKey>; devices: number; online: number; lastDataAt: number }>();
      for (const { device } of directory.values()) {
        if (device.status === 'retired' || !areas.isVisible(principal, device.area)) continue;
        for (const { id } of areas.lineage(device.area)) {
          const sum = found.get(id) ?? { metrics: new Set(), devices: 0, online: 0, lastDataAt: 0 };
          found.set(id, sum);
          for (const metric of places.metricsOf(device.id).keys()) sum.metrics.add(metric);
          sum.devices += 1;
          if (device.status === 'online') sum.online += 1;
          sum.lastDataAt = Math.max(sum.lastDataAt, device.lastSeenAt ?? 0);
        }
      }
      const { watermark } = await stateOrNone(db);
      const data = areas.all().filter(({ id }) => areas.isVisible(principal, id)).map(({ id, level, parent, name, nameEn }) => {
        const { metrics, devices = 0, online = 0, lastDataAt = 0 } = found.get(id) ?? {};
        return {
          area: id, level, name, ...(parent === undefined ? {} : { parent }), ...(nameEn === undefined ? {} : { nameEn }),
          metrics: METRIC_KEYS.filter((metric) => metrics?.has(metric) === true), devices, online, ...(lastDataAt === 0 ? {} : { lastDataAt }),
        };
      });
      return { data, watermark: Math.min(watermark, clock.now()) };
    },
  };
}
