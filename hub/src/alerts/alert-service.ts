import type { Alert, AreaId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { hasPermission, requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { conditionOf } from './alert-condition.js';
import { isAlertVisible, listActive } from './active-list.js';
import { listAlerts } from './alert-list.js';
import { toAlert } from './alert-rows.js';
import { acknowledge, assign, clear, escalate, shelve, unshelve, type Decide } from './alert-steps.js';
import { timelineOf } from './alert-timeline.js';
import type { AlertWriter } from './alert-writer.js';
import type { AlertQuery, AlertService } from './types.js';


export interface AlertServiceDependencies { db: Db; clock: Clock; areas: AreaTree; writer: AlertWriter }

/** What people do with alerts. See `AlertService` for errors. */
export function createAlertService({ db, clock, areas, writer }: AlertServiceDependencies): AlertService {
  /** Areas the answer is limited to; undefined: everything. */
  function scopeOf(principal: Principal, area: AreaId | undefined): Set<AreaId> | undefined {
    areas.requireVisible(principal, area);
    const root = area ?? principal.area;
    return root === undefined ? undefined : areas.subtree(root);
  }

  const isVisible = (principal: Principal, alert: Alert): boolean => isAlertVisible(areas, principal, alert);

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
      return listActive({ db, areas }, principal, scope);
    },
    async get(principal, id) {
      requirePermission(principal, 'alert:read');
      const row = await db.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
      const alert = row === undefined ? undefined : toAlert(row);
      if (alert === undefined || !isVisible(principal, alert)) throw new AppError('ALERT_NOT_FOUND');
      const condition = await conditionOf(db, alert);
      return { ...alert, timeline: await timelineOf(db, id), ...(condition === undefined ? {} : { condition }) };
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
        found.set(alert.id, alert);
        return decide(alert, at);
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
