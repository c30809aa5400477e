import type { Alert, CityAlert } from '@liandong/protocols';
import { createAggregateCursors } from '../aggregates/cursor.js';
import { readState, type AggregateState } from '../aggregates/state.js';
import { toAlert } from '../alerts/alert-rows.js';
import { acknowledge } from '../alerts/alert-steps.js';
import type { AlertWriter } from '../alerts/alert-writer.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { Holder } from './hold.js';
import { DEFAULT_ALERTS, type CityAlertQuery, type CityAlertService } from './types.js';

export interface CityAlertsOfHubDependencies {
  readonly db: Db; readonly areas: AreaTree; readonly changes: Pick<ChangeLog, 'current' | 'onChange'>; readonly writer: Pick<AlertWriter, 'write'>;
  /** The data folder's key, which signs cursors. */
  readonly key: Buffer;
}

/**
 * A hub's alerts that escalated to the city. An alert never goes down a tier, so those of tier `city` are all that ever were; the seq of the last change orders them.
 * The cursor is that of the aggregates with another scope: signed, and of this hub's data only.
 */
export function createCityAlertsOfHub({ db, areas, changes, writer, key }: CityAlertsOfHubDependencies): CityAlertService {
  const cursors = createAggregateCursors({ key });
  const holder = new Holder();
  const scopeOf = ({ area }: Principal): string => JSON.stringify(['city alerts', area]);
  const isVisible = (principal: Principal, { area }: Alert): boolean => principal.area === undefined || areas.contains(principal.area, area);

  async function position(): Promise<AggregateState> {
    const { log } = await readState(db) ?? { log: '-' };
    return { log, changeNo: await changes.current(), watermark: 0, droppedTo: 0 };
  }

  async function read(principal: Principal, { since, from, limit = DEFAULT_ALERTS }: CityAlertQuery) {
    const state = await position();
    const scope = scopeOf(principal);
    const after = since === undefined ? 0 : cursors.parse(since, state, scope).change;
    let query = db.selectFrom('alert').selectAll().where('tier', '=', 'city').where('seq', '>', after).where('seq', '<=', state.changeNo).orderBy('seq').limit(limit);
    if (principal.area !== undefined) query = query.where('area', 'in', [...areas.subtree(principal.area)]);
    if (from !== undefined) query = query.where((e) => e.or([e('active', '=', 1), e('cleared_at', '>=', from)]));
    const rows = await query.execute();
    const isMore = rows.length === limit;
    const change = isMore ? rows.at(-1)?.seq ?? after : state.changeNo;
    return { data: rows.map((row) => toCityAlert(toAlert(row), areas)), next: cursors.make({ change: Math.max(change, after), droppedTo: 0 }, state, scope), isMore };
  }

  return {
    async list(principal, query, signal) {
      requirePermission(principal, 'city-alert:read');
      return holder.read(() => read(principal, query), ({ data }) => data.length === 0, {
        waitMs: query.waitMs ?? 0, signal,
        onNews: (listener) => changes.onChange((change) => { if (change.kind === 'alert' && change.alert.tier === 'city') listener(); }),
      });
    },
    async ack(principal, id, note) {
      requirePermission(principal, 'city-alert:ack');
      const decide = acknowledge(principal, note);
      const alert = await writer.write(id, (found, at) => {
        if (found.tier !== 'city' || !isVisible(principal, found)) throw new AppError('ALERT_NOT_FOUND');
        return decide(found, at);
      });
      return toCityAlert(alert, areas);
    },
  };
}

/** Member by member: what is added to alerts one day doesn't go up by itself. */
function toCityAlert(alert: Alert, areas: AreaTree): CityAlert {
  const { id, area, deviceId, kind, severity, message, active, acked, raisedAt, lastAt, ackedAt, clearedAt, shelvedUntil, count, value, threshold, groupId, endedBy } = alert;
  const [subdistrict, place] = [areas.ancestor(area, 'subdistrict')?.id, areas.get(area)];
  return {
    id, area, kind, severity, message, active, acked, raisedAt, lastAt, count,
    ...(subdistrict === undefined ? {} : { subdistrict }), ...(place === undefined ? {} : { areaName: place.name }), ...(place?.nameEn === undefined ? {} : { areaNameEn: place.nameEn }), ...(deviceId === undefined ? {} : { deviceId }), ...(ackedAt === undefined ? {} : { ackedAt }), ...(clearedAt === undefined ? {} : { clearedAt }),
    ...(shelvedUntil === undefined ? {} : { shelvedUntil }), ...(value === undefined ? {} : { value }), ...(threshold === undefined ? {} : { threshold }), ...(groupId === undefined ? {} : { groupId }), ...(endedBy === undefined ? {} : { endedBy }),
  };
}
