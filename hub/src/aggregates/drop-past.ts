import { METRIC_KEYS, type AggregateWindow, type AreaId, type EpochMs } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { breathe } from '../breathe.js';

const DAY_MS = 86_400_000;
/** How long windows are kept: a quarter of a year, two years, ten years. */
export const AGGREGATE_RETENTION_MS: Readonly<Record<AggregateWindow, number>> = { '15m': 92 * DAY_MS, '1h': 731 * DAY_MS, '1d': 3653 * DAY_MS };

/** Drops windows past their time, area by area along the table's key, and notes up to which change number some may be gone. */
export async function dropPast(db: Db, areas: readonly AreaId[], now: EpochMs): Promise<void> {
  for (const area of areas) {
    await db.transaction().execute(async (trx) => {
      for (const [window, keptMs] of Object.entries(AGGREGATE_RETENTION_MS)) {
        const past = trx.selectFrom('aggregate').where('area', '=', area).where('metric', 'in', METRIC_KEYS).where('window', '=', window).where('start', '<', now - keptMs);
        const { last } = await past.select((e) => e.fn.max('change_no').as('last')).executeTakeFirstOrThrow();
        if (last === null) continue;
        await trx.updateTable('aggregate_state').set({ dropped_to: Number(last) }).where('id', '=', 1).where('dropped_to', '<', Number(last)).execute();
        await trx.deleteFrom('aggregate').where('area', '=', area).where('metric', 'in', METRIC_KEYS).where('window', '=', window).where('start', '<', now - keptMs).execute();
      }
    });
    await breathe();
  }
  await db.deleteFrom('aggregate_mark').where('watermark', '<', now - AGGREGATE_RETENTION_MS['1d']).execute();
}
