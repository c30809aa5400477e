import { createHash } from 'node:crypto';
import { METRIC_KEYS, type AggregateAnswer, type AggregateAreaList, type AggregateWindow, type AreaId, type AreaLevel, type EpochMs, type MetricKey } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory } from '../devices/types.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import type { AggregateCursors } from './cursor.js';
import type { Places } from './places.js';
import { readChanges, type RowFilter } from './read-rows.js';
import { changeBefore, readState, type AggregateState } from './state.js';

export interface AggregateQuery {
  readonly area?: AreaId | undefined; readonly level?: AreaLevel | undefined; readonly metric?: MetricKey | undefined; readonly window?: AggregateWindow | undefined;
  readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined; readonly limit?: number | undefined; readonly since?: string | undefined;
}
/** A question that was found good. `tag` stays the same as long as the answer does. */
export interface OpenAggregates { readonly tag: string; read(): Promise<AggregateAnswer> }

/** What the city is told. An area outside the caller's own does not exist (AREA_NOT_FOUND). */
export interface AggregateService {
  /** Rows in the order in which they were published or restated. Throws AREA_NOT_FOUND, CURSOR_INVALID, VALIDATION_FAILED (range). */
  open(principal: Principal, query: AggregateQuery): Promise<OpenAggregates>;
  /** What can be asked for, and how fresh it is. */
  areas(principal: Principal): Promise<AggregateAreaList>;
}
export interface AggregateServiceDependencies {
  readonly db: Db; readonly clock: Clock; readonly areas: AreaTree; readonly directory: DeviceDirectory; readonly places: Places; readonly cursors: AggregateCursors;
}

const DEFAULT_PAGE = 1000;

export function createAggregateService({ db, clock, areas, directory, places, cursors }: AggregateServiceDependencies): AggregateService {
  /** Undefined: all there are. */
  function areasOf(principal: Principal, { area, level }: AggregateQuery): AreaId[] | undefined {
    if (area !== undefined) {
      if (!areas.isVisible(principal, area)) throw new AppError('AREA_NOT_FOUND', `There is no area ${area}.`);
      return level === undefined || areas.get(area)?.level === level ? [area] : [];
    }
    if (principal.area === undefined && level === undefined) return undefined;
    return areas.all().filter((found) => (level === undefined || found.level === level) && areas.isVisible(principal, found.id)).map(({ id }) => id);
  }

  const stateNow = async (): Promise<AggregateState> => await readState(db) ?? { log: '', changeNo: 0, watermark: 0, droppedTo: 0 };

  return {
    async open(principal, query) {
      requirePermission(principal, 'aggregate:read');
      const { area, level, metric, window, from, to, limit = DEFAULT_PAGE, since } = query;
      const filter: RowFilter = { areas: areasOf(principal, query), metric, window, from, to };
      if (from !== undefined && to !== undefined && from >= to) throw new AppError('VALIDATION_FAILED', '`from` must be before `to`.');
      const state = await stateNow();
      const watermark = Math.min(state.watermark, clock.now());
      const scope = JSON.stringify([principal.area, area, level, metric, window]);
      const position = since === undefined ? undefined : cursors.parse(since, state, scope);
      const tag = createHash('sha256').update(JSON.stringify([scope, from, to, limit, position, state.log, state.changeNo, watermark])).digest('base64url').slice(0, 22);
      return {
        tag,
        async read() {
          const after = position?.change ?? (from === undefined ? 0 : await changeBefore(db, from));
          const { data, reached } = await readChanges(db, filter, { after, upTo: state.changeNo }, limit);
          return { data, next: cursors.make({ change: Math.max(reached, after), droppedTo: position?.droppedTo ?? state.droppedTo }, state, scope), watermark };
        },
      };
    },

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
      const { watermark } = await stateNow();
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
