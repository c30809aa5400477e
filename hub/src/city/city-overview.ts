import { METRICS, METRIC_KEYS, OVERVIEW_WINDOWS, WINDOW_MS, type AggregateWindow, type Area, type AreaId, type CityOverview, type EpochMs, type MetricKey, type OverviewArea, type OverviewFigures } from '@liandong/protocols';
import { readRows, type StoredAggregate } from '../aggregates/published-rows.js';
import type { AreaTree } from '../areas/area-tree.js';
import { breathe } from '../breathe.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { emptyRange, longRange } from '../range-errors.js';
import { readToldAreas, type ToldArea } from './city-areas.js';
import type { HubBook } from './hub-book.js';

export interface OverviewQuery { readonly area?: AreaId | undefined; readonly metric?: MetricKey | undefined; readonly window?: AggregateWindow | undefined; readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined }
/** Areas beside one another, with how much stands behind each number. */
export interface CityOverviewService {
  /** Throws AREA_NOT_FOUND, VALIDATION_FAILED (range). */
  overview(principal: Principal, query: OverviewQuery): Promise<CityOverview>;
}

const DAY_MS = 86_400_000;
/** Areas read in one statement. */
const AREAS = 20;

export function createCityOverview({ db, clock, areas, book }: { db: Db; clock: Clock; areas: AreaTree; book: HubBook }): CityOverviewService {
  function listed(principal: Principal, area: AreaId | undefined): Area[] {
    areas.requireVisible(principal, area);
    const isListed = (found: Area): boolean => area === undefined ? found.level === 'subdistrict' : found.parent === area;
    return areas.all().filter((found) => isListed(found) && areas.isVisible(principal, found.id));
  }

  async function rowsOf(list: readonly Area[], { metric, window, from, to }: { metric: MetricKey; window: AggregateWindow; from: EpochMs; to: EpochMs }): Promise<Map<AreaId, StoredAggregate[]>> {
    const found = new Map<AreaId, StoredAggregate[]>(list.map(({ id }) => [id, []]));
    for (let first = 0; first < list.length; first += AREAS) {
      for (const row of await readRows(db, window, { areas: list.slice(first, first + AREAS).map(({ id }) => id), metrics: [metric], from, to: to - 1 })) found.get(row.area)?.push(row);
      await breathe();
    }
    for (const rows of found.values()) rows.sort((a, b) => a.start - b.start);
    return found;
  }

  /** Active alerts of each area, with those below it. */
  async function alertsOf(): Promise<Map<AreaId, OverviewArea['alerts']>> {
    const counts = new Map<AreaId, OverviewArea['alerts']>();
    for (const { area, hub, acked } of await db.selectFrom('city_alert').select(['area', 'hub', 'acked']).where('active', '=', 1).execute()) {
      const lineage = areas.lineage(area).map(({ id }) => id);
      for (const id of lineage.includes(hub) ? lineage : [hub]) {
        const { active, unacked } = counts.get(id) ?? { active: 0, unacked: 0 };
        counts.set(id, { active: active + 1, unacked: unacked + (acked === 1 ? 0 : 1) });
      }
    }
    return counts;
  }

  return {
    async overview(principal, { area, metric = 'pm2_5', window = '1h', ...range }) {
      requirePermission(principal, 'city:read');
      const list = listed(principal, area);
      const now = clock.now();
      const to = range.to ?? now;
      const from = range.from ?? to - DAY_MS;
      if (from >= to) throw emptyRange(to);
      if ((to - from) / WINDOW_MS[window] > OVERVIEW_WINDOWS) throw longRange(to - OVERVIEW_WINDOWS * WINDOW_MS[window], { zh: `最多查 ${OVERVIEW_WINDOWS} 个时间窗。`, en: `A range is ${OVERVIEW_WINDOWS} windows at most.` });
      const [told, rows, alerts] = [await readToldAreas(db), await rowsOf(list, { metric, window, from, to }), await alertsOf()];
      const parents = new Set(areas.all().map(({ parent }) => parent));
      const data = list.map((found) => toOverviewArea(found, { told: told.get(found.id), rows: rows.get(found.id) ?? [], alerts: alerts.get(found.id), hub: areas.ancestor(found.id, 'subdistrict')?.id ?? found.id, hasBelow: parents.has(found.id) }));
      const figures = figuresOf([...rows.values()].flat());
      const path = area === undefined ? [] : areas.lineage(area).reverse().map(({ id, level, name, nameEn }) => ({ area: id, level, name, ...(nameEn === undefined ? {} : { nameEn }) }));
      const hubs = book.all().filter(({ id }) => areas.isVisible(principal, id) || (principal.area !== undefined && areas.contains(id, principal.area)));
      return {
        metric, unit: METRICS[metric].unit, window, from, to, now, path, data, hubs: hubs.map((hub) => book.view(hub)),
        metrics: METRIC_KEYS.filter((key) => list.some(({ id }) => told.get(id)?.metrics.includes(key) === true)),
        total: { ...(figures === undefined ? {} : { figures: { ...figures, devices: data.reduce((sum, { figures: own }) => sum + (own?.devices ?? 0), 0) } }), withFigures: data.filter((one) => one.figures !== undefined).length, areas: data.length },
      };
    },
  };
}

function toOverviewArea({ id, level, parent, name, nameEn }: Area, { told, rows, alerts, hub, hasBelow }: { told: ToldArea | undefined; rows: readonly StoredAggregate[]; alerts: OverviewArea['alerts'] | undefined; hub: AreaId; hasBelow: boolean }): OverviewArea {
  const figures = figuresOf(rows);
  return {
    area: id, level, name, hub, hasBelow, devices: told?.devices ?? 0, online: told?.online ?? 0, alerts: alerts ?? { active: 0, unacked: 0 }, series: rows.map(({ start, sum, count, coverage }) => [start, sum / count, coverage]),
    ...(parent === undefined ? {} : { parent }), ...(nameEn === undefined ? {} : { nameEn }), ...(told?.lastDataAt === undefined ? {} : { lastDataAt: told.lastDataAt }), ...(figures === undefined ? {} : { figures }),
  };
}

/** Over all of these windows: every sample counts the same, and so does every sample that was expected. */
function figuresOf(rows: readonly StoredAggregate[]): OverviewFigures | undefined {
  if (rows.length === 0) return undefined;
  const sum = { count: 0, sum: 0, min: Infinity, max: -Infinity, expected: 0, devices: 0, lastStart: 0 };
  for (const row of rows) {
    sum.count += row.count;
    sum.sum += row.sum;
    sum.min = Math.min(sum.min, row.min);
    sum.max = Math.max(sum.max, row.max);
    sum.expected += row.coverage > 0 ? row.count / row.coverage : row.count;
    sum.devices = Math.max(sum.devices, row.devices);
    sum.lastStart = Math.max(sum.lastStart, row.start);
  }
  const { count, min, max, devices, lastStart } = sum;
  return { count, mean: sum.sum / count, min, max, coverage: count / sum.expected, devices, lastStart };
}
