import type { AreaId, EpochMs, MetricKey } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { breathe } from '../breathe.js';
import { STAGE_NUMBER, type Stage, type WindowKey } from './stages.js';

export interface DirtyKey extends WindowKey { readonly marks: number }
type Trx = Transaction<Database>;

/** Rows of one statement. */
const ROWS = 500;

/** Marks windows to be worked out; one that is marked already gets another mark. */
export async function markDirty(trx: Trx, stage: Stage, windows: readonly WindowKey[]): Promise<void> {
  const keys = distinct(windows);
  for (let from = 0; from < keys.length; from += ROWS) {
    const rows = keys.slice(from, from + ROWS).map(({ area, metric, start }) => ({ stage: STAGE_NUMBER[stage], start, area, metric, marks: 1 }));
    await trx.insertInto('aggregate_dirty').values(rows)
      .onConflict((conflict) => conflict.columns(['stage', 'start', 'area', 'metric']).doUpdateSet((e) => ({ marks: e('aggregate_dirty.marks', '+', 1) }))).execute();
    if (keys.length > ROWS) await breathe();
  }
}

/** Marks what is published of a community and metric between two times: more samples are to be expected there now. */
export async function markPublished(trx: Trx, { area, metric }: { area: AreaId; metric: MetricKey }, from: EpochMs, to: EpochMs): Promise<void> {
  const found = await trx.selectFrom('aggregate').select('start').where('area', '=', area).where('metric', '=', metric).where('window', '=', '15m').where('start', '>=', from).where('start', '<', to).execute();
  await markDirty(trx, 'community', found.map(({ start }) => ({ area, metric, start })));
}

/** The newest windows first, so that a backlog never keeps the present waiting. `after` excluded, `upTo` included: starts. */
export async function dirtyKeys(db: Db, stage: Stage, { after, upTo }: { after: EpochMs; upTo: EpochMs }, limit: number): Promise<DirtyKey[]> {
  const rows = await db.selectFrom('aggregate_dirty').select(['area', 'metric', 'start', 'marks']).where('stage', '=', STAGE_NUMBER[stage])
    .where('start', '>', after).where('start', '<=', upTo).orderBy('start', 'desc').orderBy('area').orderBy('metric').limit(limit).execute();
  return rows.map((row) => ({ ...row, metric: row.metric as MetricKey })); // marked with metrics of the catalogue only
}

/** Takes marks off; a window that was marked again since they were read stays marked. */
export async function unmark(trx: Trx, stage: Stage, keys: readonly DirtyKey[]): Promise<void> {
  const groups = new Map<string, DirtyKey[]>();
  for (const key of keys) {
    const name = `${key.start} ${key.area} ${key.marks}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [key]);
    else group.push(key);
  }
  let done = 0;
  for (const group of groups.values()) {
    const { start, area, marks } = group[0]!; // no group is empty
    await trx.deleteFrom('aggregate_dirty').where('stage', '=', STAGE_NUMBER[stage]).where('start', '=', start).where('area', '=', area)
      .where('metric', 'in', group.map(({ metric }) => metric)).where('marks', '=', marks).execute();
    done += 1;
    if (done % 100 === 0) await breathe();
  }
}

/** One statement may touch a row once (PostgreSQL refuses more). */
function distinct(keys: readonly WindowKey[]): WindowKey[] {
  const known = new Map<string, WindowKey>();
  for (const key of keys) known.set(`${key.area} ${key.metric} ${key.start}`, key);
  return [...known.values()];
}
