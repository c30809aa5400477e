import type { AggregateWindow, AreaId, EpochMs, MetricKey } from '@liandong/protocols';
import type { Selectable, Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { breathe } from '../breathe.js';
import type { Members } from './members.js';
import type { WindowKey } from './stages.js';
import type { Figures } from './tally.js';

export type StoredAggregate = Selectable<Database['aggregate']>;
/** What was worked out of one window. */
export interface Outcome extends WindowKey { readonly figures: Figures; readonly devices: number; readonly coverage: number; readonly members: Members | undefined }

/** Rows of one statement. */
const ROWS = 300;
/** Sums of the same numbers in another order differ by less than this share; that is no restatement. */
const NOISE = 1e-9;

/** Rows of these areas and metrics whose windows start from `from` to `to`, both included. */
export const readRows = (db: Db, window: AggregateWindow, { areas, metrics, from, to }: { areas: Iterable<AreaId>; metrics: Iterable<MetricKey>; from: EpochMs; to: EpochMs }): Promise<StoredAggregate[]> =>
  db.selectFrom('aggregate').selectAll().where('area', 'in', [...areas]).where('metric', 'in', [...metrics]).where('window', '=', window).where('start', '>=', from).where('start', '<=', to).execute();

export const rowKey = ({ area, metric, start }: { area: AreaId; metric: string; start: EpochMs }): string => `${area} ${metric} ${start}`; // ids and metrics hold no space

/** Outcomes that are new or other than what was published. */
export async function changedOf(db: Db, window: AggregateWindow, outcomes: readonly Outcome[]): Promise<(Outcome & { revision: number })[]> {
  if (outcomes.length === 0) return [];
  const starts = outcomes.map(({ start }) => start);
  const scope = { areas: new Set(outcomes.map(({ area }) => area)), metrics: new Set(outcomes.map(({ metric }) => metric)), from: starts.reduce((a, b) => Math.min(a, b)), to: starts.reduce((a, b) => Math.max(a, b)) };
  const published = new Map((await readRows(db, window, scope)).map((row) => [rowKey(row), row]));
  return outcomes.flatMap((outcome) => {
    const row = published.get(rowKey(outcome));
    if (row === undefined) return [{ ...outcome, revision: 1 }];
    return isSame(row, outcome) ? [] : [{ ...outcome, revision: row.revision + 1 }];
  });
}

/** Writes rows over those of the same windows, each with a change number of its own. Only one publisher writes. */
export async function putRows(trx: Transaction<Database>, window: AggregateWindow, changed: readonly (Outcome & { revision: number })[]): Promise<void> {
  if (changed.length === 0) return;
  const { change_no: last } = await trx.updateTable('aggregate_state').set((e) => ({ change_no: e('change_no', '+', changed.length) })).where('id', '=', 1).returning('change_no').executeTakeFirstOrThrow();
  const first = Number(last) - changed.length + 1;
  for (let from = 0; from < changed.length; from += ROWS) {
    const rows = changed.slice(from, from + ROWS).map(({ area, metric, start, figures, devices, coverage, members, revision }, index): StoredAggregate => ({
      area, metric, window, start, change_no: first + from + index, revision, count: figures.count, sum: figures.sum, min: figures.min, max: figures.max, last: figures.last, last_ts: figures.lastTs,
      devices, coverage, members: members?.toString() ?? null, source_revision: null,
    }));
    await trx.insertInto('aggregate').values(rows).onConflict((conflict) => conflict.columns(['area', 'metric', 'window', 'start']).doUpdateSet((e) => ({
      change_no: e.ref('excluded.change_no'), revision: e.ref('excluded.revision'), count: e.ref('excluded.count'), sum: e.ref('excluded.sum'), min: e.ref('excluded.min'), max: e.ref('excluded.max'),
      last: e.ref('excluded.last'), last_ts: e.ref('excluded.last_ts'), devices: e.ref('excluded.devices'), coverage: e.ref('excluded.coverage'), members: e.ref('excluded.members'),
    }))).execute();
    await breathe();
  }
}

function isSame(row: StoredAggregate, { figures, devices, coverage, members }: Outcome): boolean {
  return row.count === figures.count && row.min === figures.min && row.max === figures.max && row.last === figures.last && row.last_ts === figures.lastTs && row.devices === devices
    && isNear(row.coverage, coverage) && isNear(row.sum / row.count, figures.sum / figures.count) && row.members === (members?.toString() ?? null);
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= NOISE * Math.max(1, Math.abs(a));
