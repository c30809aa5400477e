import type { Alert, AlertTimelineEntry, AreaId, DeviceId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { listAlerts } from './alert-list.js';
import { toAlert, toTimelineEntry } from './alert-rows.js';
import type { AlertWriter } from './alert-writer.js';
import type { AlertStep } from './life-cycle.js';
import type { AlertQuery, AlertService } from './types.js';

/** At most as many are answered of one alert. */
const TIMELINE_ENTRIES = 200;

type PersonsStep = Extract<AlertStep, 'acked' | 'unacked' | 'commented'>;

export interface AlertServiceDependencies { db: Db; areas: AreaTree; writer: AlertWriter }

/** What people do with alerts. See `AlertService` for errors. */
export function createAlertService({ db, areas, writer }: AlertServiceDependencies): AlertService {
  /** Areas the answer is limited to; undefined: everything. */
  function scopeOf(principal: Principal, area: AreaId | undefined): Set<AreaId> | undefined {
    if (area !== undefined && !areas.isVisible(principal, area)) throw new AppError('AREA_NOT_FOUND');
    const root = area ?? principal.area;
    return root === undefined ? undefined : areas.subtree(root);
  }

  /** An alert of an area that is gone is still everybody's who sees everything. */
  const isVisible = (principal: Principal, { area }: Alert): boolean => principal.area === undefined || areas.contains(principal.area, area);

  async function step(principal: Principal, id: string, change: PersonsStep, note: string | undefined): Promise<Alert> {
    return writer.write(id, (alert) => {
      if (!isVisible(principal, alert)) throw new AppError('ALERT_NOT_FOUND');
      return change === 'acked' && alert.acked ? undefined : { step: change, detail: { by: principal.name }, note };
    });
  }

  /** Oldest first. An alert that flaps for months has no end of entries; how it began is always among those answered. */
  async function timelineOf(id: string): Promise<AlertTimelineEntry[]> {
    const entries = db.selectFrom('alert_timeline').selectAll().where('alert_id', '=', id);
    const newest = (await entries.orderBy('id', 'desc').limit(TIMELINE_ENTRIES).execute()).reverse();
    const [first] = newest.length < TIMELINE_ENTRIES ? newest : await entries.orderBy('id').limit(1).execute();
    return (first === undefined ? [] : [first, ...newest.slice(1)]).map(toTimelineEntry);
  }

  return {
    async list(principal, query: AlertQuery) {
      requirePermission(principal, 'alert:read');
      return listAlerts(db, query, scopeOf(principal, query.area));
    },
    async active(principal, scope) {
      requirePermission(principal, 'alert:read');
      const rows = await db.selectFrom('alert').selectAll().where('active', '=', 1).orderBy('id').execute();
      const isInScope = scopeFilter(areas, scope);
      return rows.map(toAlert).filter((alert) => isVisible(principal, alert) && isInScope(alert));
    },
    async get(principal, id) {
      requirePermission(principal, 'alert:read');
      const row = await db.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
      const alert = row === undefined ? undefined : toAlert(row);
      if (alert === undefined || !isVisible(principal, alert)) throw new AppError('ALERT_NOT_FOUND');
      return { ...alert, timeline: await timelineOf(id) };
    },
    async ack(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, 'acked', note);
    },
    async unack(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, 'unacked', note);
    },
    async comment(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, 'commented', note);
    },
  };
}

/** Neither areas nor devices given: everything. Both given: either is enough. */
function scopeFilter(areas: AreaTree, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): (alert: Alert) => boolean {
  if (scope.areas === undefined && scope.devices === undefined) return () => true;
  const wanted = new Set((scope.areas ?? []).flatMap((area) => [...areas.subtree(area)]));
  const devices = new Set(scope.devices);
  return ({ area, deviceId }) => wanted.has(area) || (deviceId !== undefined && devices.has(deviceId));
}
