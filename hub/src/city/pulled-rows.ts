import type { AggregateRow } from '@liandong/protocols';
import { sql, type Transaction } from 'kysely';
import { breathe } from '../breathe.js';
import type { Database } from '../database/schema.js';

/** Rows of one statement. */
const ROWS = 300;

const isSame = sql<boolean>`(aggregate.count = excluded.count and aggregate.sum = excluded.sum and aggregate.min = excluded.min and aggregate.max = excluded.max and aggregate.last = excluded.last and aggregate.devices = excluded.devices and aggregate.coverage = excluded.coverage)`;
const isNewer = sql<boolean>`excluded.revision > aggregate.revision`;
const ROW_CHANGE = {
  change_no: sql<number>`case when ${isSame} and not (${isNewer}) then aggregate.change_no else excluded.change_no end`,
  revision: sql<number>`case when ${isNewer} then excluded.revision when ${isSame} then aggregate.revision else aggregate.revision + 1 end`,
};

/**
 * Writes what a hub said over what it said before, each row once, with a change number of the city's own. A row whose revision was here already is left alone: the same page twice, or an old one
 * out of somebody's cache, changes nothing. `isRestating`: everything comes again from a hub that may have been set back, so what differs counts whatever its revision says; the city's own
 * revision goes on upwards all the same, and what is as it was gets no new number.
 */
export async function putPulledRows(trx: Transaction<Database>, rows: readonly AggregateRow[], isRestating: boolean): Promise<void> {
  if (rows.length === 0) return;
  const { change_no: last } = await trx.updateTable('aggregate_state').set((e) => ({ change_no: e('change_no', '+', rows.length) })).where('id', '=', 1).returning('change_no').executeTakeFirstOrThrow();
  const first = Number(last) - rows.length + 1;
  for (let from = 0; from < rows.length; from += ROWS) {
    const values = rows.slice(from, from + ROWS).map(({ area, metric, window, start, end, count, mean, min, max, last: newest, devices, coverage, revision }, index) => ({
      area, metric, window, start, change_no: first + from + index, revision, count, sum: mean * count, min, max, last: newest, last_ts: end - 1, devices, coverage, members: null, source_revision: revision,
    }));
    await trx.insertInto('aggregate').values(values).onConflict((conflict) => conflict.columns(['area', 'metric', 'window', 'start']).doUpdateSet((e) => ({
      ...ROW_CHANGE, count: e.ref('excluded.count'), sum: e.ref('excluded.sum'), min: e.ref('excluded.min'), max: e.ref('excluded.max'), last: e.ref('excluded.last'), last_ts: e.ref('excluded.last_ts'),
      devices: e.ref('excluded.devices'), coverage: e.ref('excluded.coverage'), source_revision: e.ref('excluded.source_revision'),
    })).where(isRestating ? sql<boolean>`1 = 1` : sql<boolean>`excluded.source_revision > coalesce(aggregate.source_revision, 0)`)).execute();
    await breathe();
  }
}
