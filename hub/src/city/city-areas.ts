import type { AggregateAreaList, AreaId, MetricKey } from '@liandong/protocols';
import { createAggregateOpener } from '../aggregates/aggregate-opener.js';
import type { AggregateService } from '../aggregates/aggregate-service.js';
import { createAggregateCursors } from '../aggregates/cursor.js';
import { stateOrNone } from '../aggregates/state.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { requirePermission } from '../identity/principal.js';

/** What the hubs last told of their areas. */
export interface ToldArea { readonly hub: AreaId; readonly devices: number; readonly online: number; readonly lastDataAt: number | undefined; readonly metrics: MetricKey[] }

export async function readToldAreas(db: Db): Promise<Map<AreaId, ToldArea>> {
  const rows = await db.selectFrom('city_area').selectAll().execute();
  return new Map(rows.map((row) => [row.id, { hub: row.hub, devices: row.devices, online: row.online, lastDataAt: row.last_data_at ?? undefined, metrics: JSON.parse(row.metrics) as MetricKey[] }])); // written from MetricKey only
}

/** The hubs' aggregates in the form in which a hub answers its own: a program of the city can ask one place. `watermark` is that of the slowest hub that is switched on and was ever heard. */
export function createCityAggregates({ db, clock, areas, key }: { db: Db; clock: Clock; areas: AreaTree; key: Buffer }): AggregateService {
  return {
    open: createAggregateOpener({ db, clock, areas, cursors: createAggregateCursors({ key }) }),
    async areas(principal) {
      requirePermission(principal, 'aggregate:read');
      const [told, { watermark }] = [await readToldAreas(db), await stateOrNone(db)];
      const data = areas.all().filter(({ id }) => areas.isVisible(principal, id)).map(({ id, level, parent, name, nameEn }): AggregateAreaList['data'][number] => {
        const { metrics = [], devices = 0, online = 0, lastDataAt } = told.get(id) ?? {};
        return { area: id, level, name, metrics, devices, online, ...(parent === undefined ? {} : { parent }), ...(nameEn === undefined ? {} : { nameEn }), ...(lastDataAt === undefined ? {} : { lastDataAt }) };
      });
      return { data, watermark: Math.min(watermark, clock.now()) };
    },
  };
}
