import type { AreaId, EdgeAlertRecord } from '@liandong/protocols';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import { toAlert } from '../alerts/alert-rows.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { JournalHandler } from '../journal/types.js';
import { firstOf, mergedWith } from './alert-merge.js';
import type { EdgeAlertWriter, Turn, Written } from './edge-alert-writer.js';
import { standing, type Known } from './in-service.js';

export interface AlertIntakeDependencies { readonly writer: EdgeAlertWriter; readonly clocks: AlertClocks; readonly directory: DeviceDirectory; readonly areas: AreaTree }

/**
 * Reader of the journal that keeps the hub's picture of alerts that edges raised: the same alert under the same id, as it stands there. How far each alert's history was
 * taken stands with it, in the same transaction, so a record that comes twice, or after a newer one, changes nothing.
 */
export function createAlertIntake({ writer, clocks, directory, areas }: AlertIntakeDependencies): JournalHandler {
  async function merge(turn: Turn, record: EdgeAlertRecord): Promise<readonly Written[]> {
    const { trx, at, seen } = turn;
    const { alert: { id }, edge = '' } = record;
    const row = await trx.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
    seen.push({ id, seq: row?.seq });
    const mark = await trx.selectFrom('edge_alert').selectAll().where('alert_id', '=', id).executeTakeFirst();
    // An id of the hub's own, or of another edge: nobody writes over that.
    if (row !== undefined && mark?.edge !== edge) return [];
    const fresh = record.entries.filter(({ n }) => n > (mark?.entry ?? 0)).sort((a, b) => a.n - b.n);
    const area = areaOf(record);
    if (area === undefined) return [];
    const device = directory.get(record.device);
    const known: Known = { before: row === undefined ? undefined : toAlert(row), isWithheld: row?.active === 0 && typeof mark?.withheld_at === 'number' && device !== undefined };
    const before = known.isWithheld && known.before !== undefined ? standing(known.before) : known.before;
    const merged = before === undefined ? firstOf(record, { area, at, clocks }) : mergedWith(before, record, fresh, { at, clocks });
    if (before !== undefined && merged.entries.length === 0 && merged.alert.count === before.count && merged.alert.lastAt === before.lastAt) return [];
    return writer.put(turn, merged, { ...known, device, edge, entry: Math.max(mark?.entry ?? 0, ...record.entries.map(({ n }) => n)) });
  }

  /** Of a device that was removed meanwhile, where the edge says, as long as that is in the edge's own community. */
  function areaOf({ device, edge = '', alert }: EdgeAlertRecord): AreaId | undefined {
    const known = directory.get(device);
    if (known !== undefined) return known.device.area;
    const community = directory.get(edge)?.community;
    return community !== undefined && areas.contains(community, alert.area) ? alert.area : community;
  }

  return {
    name: 'edge-alerts',
    maxRecords: 5_000,
    async handle({ records }) {
      for (const record of records) if (record.type === 'alert') await writer.turn((turn) => merge(turn, record));
    },
  };
}
