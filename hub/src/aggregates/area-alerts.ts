import { ALERT_WINDOW_RANGE_MS, SEVERITIES, WINDOW_MS, type AggregateAlertList, type AggregateAlertRow, type AggregateWindow, type AreaId, type EpochMs, type Severity } from '@liandong/protocols';
import { pageOfRaised, firstAcks } from '../alert-reports/kpi.js';
import { quantile } from '../alert-reports/spread.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { emptyPast, longRange } from '../range-errors.js';
import { breathe } from '../breathe.js';
import { startOf } from './stages.js';

export interface AreaAlertQuery { readonly area?: AreaId | undefined; readonly window?: AggregateWindow | undefined; readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined }

/** Alerts as the city is told of them: numbers per area and window, no device and no person. */
export interface AreaAlerts {
  /** By area, then time. Throws AREA_NOT_FOUND, VALIDATION_FAILED (range). */
  list(principal: Principal, query: AreaAlertQuery): Promise<AggregateAlertList>;
}

const DAY_MS = 86_400_000;

export function createAreaAlerts({ db, clock, areas }: { db: Db; clock: Clock; areas: AreaTree }): AreaAlerts {
  /** Whole windows only. */
  function rangeOf({ from, to }: AreaAlertQuery, window: AggregateWindow): { from: EpochMs; to: EpochMs } {
    const now = clock.now();
    const last = Math.min(to ?? now, now);
    const first = startOf(from ?? last - (window === '1d' ? 31 : 1) * DAY_MS, window);
    if (first >= last) throw emptyPast(last);
    const end = to === undefined || to >= now ? now : startOf(last - 1, window) + WINDOW_MS[window];
    if (end - first > ALERT_WINDOW_RANGE_MS[window] + WINDOW_MS[window]) throw longRange(end - ALERT_WINDOW_RANGE_MS[window], { zh: `时间窗为 ${window} 时，最多查 ${ALERT_WINDOW_RANGE_MS[window] / DAY_MS} 天。`, en: `With windows of ${window} a range is ${ALERT_WINDOW_RANGE_MS[window] / DAY_MS} days at most.` });
    return { from: first, to: end };
  }

  return {
    async list(principal, query) {
      requirePermission(principal, 'aggregate:read');
      const { area, window = '1d' } = query;
      areas.requireVisible(principal, area);
      const range = rangeOf(query, window);
      const root = area ?? principal.area;
      const scope = { ...range, areas: root === undefined ? undefined : areas.subtree(root) };
      const sums = new Map<string, WindowSum>();
      for (let after: { at: EpochMs; id: string } | undefined, isMore = true; isMore;) {
        const page = await pageOfRaised(db, scope, after);
        const acks = await firstAcks(db, page.rows.map(({ id }) => id));
        for (const row of page.rows) {
          const start = startOf(row.raised_at, window);
          for (const { id } of areas.lineage(row.area)) {
            if (area === undefined ? !areas.isVisible(principal, id) : id !== area) continue;
            const sum = sums.get(`${id} ${start}`) ?? new WindowSum(id, start);
            sums.set(`${id} ${start}`, sum);
            sum.add(row.severity as Severity, row.raised_at, acks.get(row.id), row.cleared_at ?? undefined); // written from a typed alert
          }
        }
        ({ next: after } = page);
        isMore = after !== undefined;
        await breathe();
      }
      const data = [...sums.values()].sort((a, b) => (a.area < b.area ? -1 : a.area > b.area ? 1 : a.start - b.start)).map((sum) => sum.row(window));
      return { data, asOf: clock.now() };
    },
  };
}

class WindowSum {
  readonly #severities = new Map<Severity, number>();
  readonly #toAcknowledge: number[] = [];
  readonly #toClear: number[] = [];
  #raised = 0;

  constructor(readonly area: AreaId, readonly start: EpochMs) {}

  add(severity: Severity, raisedAt: EpochMs, ackedAt: EpochMs | undefined, clearedAt: EpochMs | undefined): void {
    this.#raised += 1;
    this.#severities.set(severity, (this.#severities.get(severity) ?? 0) + 1);
    // After a step back of the hub's clock it may have happened before it began.
    if (ackedAt !== undefined) this.#toAcknowledge.push(Math.max(0, ackedAt - raisedAt));
    if (clearedAt !== undefined) this.#toClear.push(Math.max(0, clearedAt - raisedAt));
  }

  row(window: AggregateWindow): AggregateAlertRow {
    const bySeverity = Object.fromEntries(SEVERITIES.map((severity) => [severity, this.#severities.get(severity) ?? 0])) as AggregateAlertRow['bySeverity']; // an entry for each
    const { area, start } = this;
    return {
      area, window, start, end: start + WINDOW_MS[window], raised: this.#raised, bySeverity, acknowledged: this.#toAcknowledge.length, cleared: this.#toClear.length,
      toAcknowledge: spreadOf(this.#toAcknowledge), toClear: spreadOf(this.#toClear),
    };
  }
}

function spreadOf(times: number[]): AggregateAlertRow['toClear'] {
  times.sort((a, b) => a - b);
  return times.length === 0 ? { count: 0 } : { p50: quantile(times, 0.5) / 1000, p95: quantile(times, 0.95) / 1000, count: times.length };
}
