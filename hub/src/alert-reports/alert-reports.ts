import { REPORT_DAYS, type Alert, type AreaId } from '@liandong/protocols';
import type { ActiveAlerts } from '../alerts/active-alerts.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Roster } from '../duty/roster.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { emptyPast, longRange } from '../range-errors.js';
import { readHandover } from './handover.js';
import { readKpi } from './kpi.js';
import type { AlertReports, ReportQuery, ReportScope } from './types.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface AlertReportsDependencies { db: Db; clock: Clock; areas: AreaTree; activeAlerts: ActiveAlerts; roster: Pick<Roster, 'usersOnDuty'> }

export function createAlertReports({ db, clock, areas, activeAlerts, roster }: AlertReportsDependencies): AlertReports {
  function rootOf(principal: Principal, area: AreaId | undefined): AreaId | undefined {
    areas.requireVisible(principal, area);
    return area ?? principal.area;
  }

  function scopeOf(root: AreaId | undefined, query: ReportQuery, lengthMs: number): ReportScope {
    const to = Math.min(query.to ?? Infinity, clock.now());
    const from = query.from ?? to - lengthMs;
    if (from >= to) throw emptyPast(to);
    if (to - from > REPORT_DAYS * DAY_MS) throw longRange(to - REPORT_DAYS * DAY_MS, { zh: `报告最多覆盖 ${REPORT_DAYS} 天。`, en: `A report covers ${REPORT_DAYS} days at most.` });
    return { from, to, areas: root === undefined ? undefined : areas.subtree(root) };
  }

  /** Alerts that are active now and stand for themselves. */
  function openIn(scope: ReportScope): Alert[] {
    const open: Alert[] = [];
    for (const { alert } of activeAlerts.values()) if (alert.groupId === undefined && (scope.areas?.has(alert.area) ?? true)) open.push(alert);
    return open;
  }

  /** Whoever is on duty now, on any tier, for any of these areas. */
  function peopleOnDuty(scope: ReportScope): number {
    return Math.max(1, roster.usersOnDuty(scope.areas ?? areas.all().map(({ id }) => id), clock.now()).size);
  }

  return {
    async kpi(principal, query) {
      requirePermission(principal, 'alert:read');
      const root = rootOf(principal, query.area);
      const scope = scopeOf(root, query, DAY_MS);
      const operators = query.operators ?? peopleOnDuty(scope);
      return { ...(root === undefined ? {} : { area: root }), ...await readKpi(db, scope, { operators, open: openIn(scope), now: clock.now() }) };
    },
    async handover(principal, query) {
      requirePermission(principal, 'alert:read');
      const root = rootOf(principal, query.area);
      const scope = scopeOf(root, query, 8 * HOUR_MS);
      return { ...(root === undefined ? {} : { area: root }), ...await readHandover(db, scope, openIn(scope), (id) => areas.ancestor(id, 'community')?.id ?? id) };
    },
  };
}
