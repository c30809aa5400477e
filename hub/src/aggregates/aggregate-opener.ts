import { createHash } from 'node:crypto';
import type { AggregateAnswer, AggregateWindow, AreaId, AreaLevel, EpochMs, MetricKey } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { emptyRange } from '../range-errors.js';
import type { AggregateCursors } from './cursor.js';
import { readChanges, type RowFilter } from './read-rows.js';
import { changeBefore, stateOrNone } from './state.js';

export interface AggregateQuery {
  readonly area?: AreaId | undefined; readonly level?: AreaLevel | undefined; readonly metric?: MetricKey | undefined; readonly window?: AggregateWindow | undefined;
  readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined; readonly limit?: number | undefined; readonly since?: string | undefined;
}
/** A question that was found good. `tag` stays the same as long as the answer does. */
export interface OpenAggregates { readonly tag: string; read(): Promise<AggregateAnswer> }
/** Rows in the order in which they were published or restated. Throws AREA_NOT_FOUND, CURSOR_INVALID, VALIDATION_FAILED (range). */
export type AggregateOpener = (principal: Principal, query: AggregateQuery) => Promise<OpenAggregates>;

const DEFAULT_PAGE = 1000;

/** Answers from the table of published rows, whoever wrote them: a hub's publisher, or on a city the pulls. */
export function createAggregateOpener({ db, clock, areas, cursors }: { db: Db; clock: Clock; areas: AreaTree; cursors: AggregateCursors }): AggregateOpener {
  /** Undefined: all there are. */
  function areasOf(principal: Principal, { area, level }: AggregateQuery): AreaId[] | undefined {
    if (area !== undefined) {
      areas.requireVisible(principal, area);
      return level === undefined || areas.get(area)?.level === level ? [area] : [];
    }
    if (principal.area === undefined && level === undefined) return undefined;
    return areas.all().filter((found) => (level === undefined || found.level === level) && areas.isVisible(principal, found.id)).map(({ id }) => id);
  }

  return async (principal, query) => {
    requirePermission(principal, 'aggregate:read');
    const { area, level, metric, window, from, to, limit = DEFAULT_PAGE, since } = query;
    const filter: RowFilter = { areas: areasOf(principal, query), metric, window, from, to };
    if (from !== undefined && to !== undefined && from >= to) throw emptyRange(to);
    const state = await stateOrNone(db);
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
  };
}
