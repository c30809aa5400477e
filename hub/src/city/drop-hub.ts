import { METRIC_KEYS, type AreaId } from '@liandong/protocols';
import { breathe } from '../breathe.js';
import type { Db } from '../database/database.js';

/** Removes what came from a hub, its areas from below, and then the hub itself; begun and cut off, it is done again as a whole. */
export async function dropHub(db: Db, id: AreaId, areas: ReadonlySet<AreaId>): Promise<void> {
  for (const area of areas) {
    await db.deleteFrom('aggregate').where('area', '=', area).where('metric', 'in', METRIC_KEYS).execute();
    await breathe();
  }
  await db.transaction().execute(async (trx) => {
    // Streams, areas' figures and alerts go with it.
    await trx.deleteFrom('city_hub').where('id', '=', id).execute();
    for (const level of ['grid', 'community', 'subdistrict']) await trx.deleteFrom('area').where('id', 'in', [...areas]).where('level', '=', level).execute();
  });
}
