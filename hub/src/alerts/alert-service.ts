import type { Alert, AreaId, DeviceId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { breathe } from '../breathe.js';
import { hasPermission, requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { listAlerts } from './alert-list.js';
import { toAlert } from './alert-rows.js';
import { acknowledge, assign, clear, escalate, shelve, unshelve, type Decide } from './alert-steps.js';
import { timelineOf } from './alert-timeline.js';
import type { AlertWriter } from './alert-writer.js';
import type { AlertQuery, AlertService } from './types.js';

/** Alerts of one statement of a snapshot. */
const PAGE = 500;

export interface AlertServiceDependencies { db: Db; clock: Clock; areas: AreaTree; writer: AlertWriter }

/** What people do with alerts. See `AlertService` for errors. */
export function createAlertService({ db, clock, areas, writer }: AlertServiceDependencies): AlertService {
  /** Areas the answer is limited to; undefined: everything. */
  function scopeOf(principal: Principal, area: AreaId | undefined): Set<AreaId> | undefined {
    if (area !== undefined && !areas.isVisible(principal, area)) throw new AppError('AREA_NOT_FOUND');
    const root = area ?? principal.area;
    return root === undefined ? undefined : areas.subtree(root);
  }

  /** An alert of an area that is gone is still everybody's who sees everything. */
  const isVisible = (principal: Principal, { area }: Pick<Alert, 'area'>): boolean => principal.area === undefined || areas.contains(principal.area, area);

  async function step(principal: Principal, id: string, decide: Decide): Promise<Alert> {
    return writer.write(id, (alert, at) => {
      if (!isVisible(principal, alert)) throw new AppError('ALERT_NOT_FOUND');
      return decide(alert, at);
    });
  }

  /** As a principal, to see what they may see. */
  async function user(username: string): Promise<Principal | undefined> {
    const row = await db.selectFrom('user').select(['role', 'area']).where('username', '=', username).executeTakeFirst();
    return row === undefined ? undefined : { name: username, role: row.role as Principal['role'], area: row.area ?? undefined }; // roles are written from Role only
  }

  return {
    async list(principal, query: AlertQuery) {
      requirePermission(principal, 'alert:read');
      return listAlerts(db, query, { areas: scopeOf(principal, query.area), now: clock.now() });
    },
    async active(principal, scope) {
      requirePermission(principal, 'alert:read');
      const isInScope = scopeFilter(areas, scope);
      // By its value, not as a parameter: only then does the index of active alerts serve.
      const places = await db.selectFrom('alert').select(['id', 'area', 'device_id as deviceId']).where((e) => e('active', '=', e.lit(1))).orderBy('id').execute();
      const ids = places.filter((place) => isVisible(principal, place) && isInScope(place)).map(({ id }) => id);
      const found: Alert[] = [];
      for (let from = 0; from < ids.length; from += PAGE) {
        if (from > 0) await breathe();
        const rows = await db.selectFrom('alert').selectAll().where('id', 'in', ids.slice(from, from + PAGE)).where('active', '=', 1).orderBy('id').execute();
        for (const row of rows) found.push(toAlert(row));
      }
      return found;
    },
    async get(principal, id) {
      requirePermission(principal, 'alert:read');
      const row = await db.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
      const alert = row === undefined ? undefined : toAlert(row);
      if (alert === undefined || !isVisible(principal, alert)) throw new AppError('ALERT_NOT_FOUND');
      return { ...alert, timeline: await timelineOf(db, id) };
    },
    async ack(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, acknowledge(principal, note));
    },
    async ackAll(principal, ids, note) {
      requirePermission(principal, 'alert:act');
      const decide = acknowledge(principal, note);
      const found = new Map<string, Alert>();
      const changed = await writer.writeAll(ids, (alert, at) => {
        if (!isVisible(principal, alert)) return undefined;
        const planned = decide(alert, at);
        if (planned === undefined && !found.has(alert.id)) found.set(alert.id, alert);
        return planned;
      });
      for (const alert of changed) found.set(alert.id, alert);
      return ids.map((id) => {
        const alert = found.get(id);
        return alert === undefined ? { id, code: 'ALERT_NOT_FOUND' } : { id, alert };
      });
    },
    async unack(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, () => ({ step: 'unacked', detail: { by: principal.name }, note }));
    },
    async comment(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, () => ({ step: 'commented', detail: { by: principal.name }, note }));
    },
    async shelve(principal, id, request) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, shelve(principal, request));
    },
    async unshelve(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, unshelve(principal, note));
    },
    async assign(principal, id, request) {
      requirePermission(principal, 'alert:act');
      const assignee = request.assignee === null ? undefined : await user(request.assignee);
      return step(principal, id, (alert, at) => {
        const isTaken = request.assignee === null || (assignee !== undefined && hasPermission(assignee, 'alert:read') && isVisible(assignee, alert));
        if (!isTaken) throw new AppError('USER_NOT_FOUND', { zh: `没有能看到这条告警的用户 ${request.assignee}。`, en: `There is no user ${request.assignee} who may see this alert.` });
        return assign(principal, request)(alert, at);
      });
    },
    async escalate(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, escalate(principal, note));
    },
    async clear(principal, id, note) {
      requirePermission(principal, 'alert:act');
      return step(principal, id, clear(principal, note));
    },
  };
}

/** Neither areas nor devices given: everything. Both given: either is enough. */
function scopeFilter(areas: AreaTree, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): (place: { area: AreaId; deviceId?: DeviceId | null }) => boolean {
  if (scope.areas === undefined && scope.devices === undefined) return () => true;
  const wanted = new Set((scope.areas ?? []).flatMap((area) => [...areas.subtree(area)]));
  const devices = new Set(scope.devices);
  return ({ area, deviceId }) => wanted.has(area) || (deviceId != null && devices.has(deviceId));
}
