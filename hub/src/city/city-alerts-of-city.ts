import type { CityAlert } from '@liandong/protocols';
import { createAggregateCursors } from '../aggregates/cursor.js';
import type { AggregateState } from '../aggregates/state.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import type { AuditLog } from '../identity/types.js';
import { AppError } from '../problem.js';
import { Holder } from './hold.js';
import { readAlert } from './hub-answers.js';
import type { HubBook } from './hub-book.js';
import { PullError } from './pull-error.js';
import type { PullStore } from './pull-store.js';
import type { Pullers } from './pullers.js';
import { DEFAULT_ALERTS, type CityAlertQuery, type CityAlertService } from './types.js';

export interface CityAlertsOfCityDependencies {
  readonly db: Db; readonly areas: AreaTree; readonly book: HubBook; readonly store: Pick<PullStore, 'takeAlert' | 'onAlerts'>; readonly pullers: Pick<Pullers, 'send'>; readonly audit: AuditLog; readonly key: Buffer;
}

/** The alerts that all hubs have at the city's tier. A hub owns its alerts: an acknowledgement is made there, and here when the hub has said that it stands. */
export function createCityAlertsOfCity({ db, areas, book, store, pullers, audit, key }: CityAlertsOfCityDependencies): CityAlertService {
  const cursors = createAggregateCursors({ key });
  const holder = new Holder();

  async function read({ area }: Principal, { since, from, limit = DEFAULT_ALERTS }: CityAlertQuery) {
    const { log, alert_seq: last } = await db.selectFrom('city_state').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
    const state: AggregateState = { log, changeNo: Number(last), watermark: 0, droppedTo: 0 };
    const scope = JSON.stringify(['city alerts', area]);
    const after = since === undefined ? 0 : cursors.parse(since, state, scope).change;
    let query = db.selectFrom('city_alert').select(['seq', 'body']).where('seq', '>', after).where('seq', '<=', state.changeNo).orderBy('seq').limit(limit);
    if (area !== undefined) query = query.where('area', 'in', [...areas.subtree(area)]);
    if (from !== undefined) query = query.where((e) => e.or([e('active', '=', 1), e('cleared_at', '>=', from)]));
    const rows = await query.execute();
    const isMore = rows.length === limit;
    const change = isMore ? rows.at(-1)?.seq ?? after : state.changeNo;
    return { data: rows.map(({ body }) => JSON.parse(body) as CityAlert), next: cursors.make({ change: Math.max(change, after), droppedTo: 0 }, state, scope), isMore }; // written by PullStore
  }

  return {
    async list(principal, query, signal) {
      requirePermission(principal, 'city-alert:read');
      return holder.read(() => read(principal, query), ({ data }) => data.length === 0, { waitMs: query.waitMs ?? 0, signal, onNews: store.onAlerts });
    },

    async ack(principal, id, note) {
      requirePermission(principal, 'city-alert:ack');
      const rows = await db.selectFrom('city_alert').select(['hub', 'area']).where('id', '=', id).execute();
      const row = rows.find(({ area }) => principal.area === undefined || areas.contains(principal.area, area));
      if (row === undefined) throw new AppError('ALERT_NOT_FOUND');
      const alert = await tellHub(row.hub, id, note);
      await store.takeAlert(row.hub, alert);
      // Who it was is the city's to know: the hub hears that the city did.
      await audit.record({ by: principal.name, action: 'city-alert.acknowledged', target: id, detail: row.hub });
      return { ...alert, subdistrict: row.hub };
    },
  };

  async function tellHub(hub: string, id: string, note: string | undefined): Promise<CityAlert> {
    try {
      return readAlert(await pullers.send(hub, { path: `/city/alerts/${encodeURIComponent(id)}/ack`, body: note === undefined ? {} : { note } }));
    } catch (error) {
      if (!(error instanceof PullError)) throw error;
      if (error.code === 'ALERT_NOT_FOUND') throw new AppError('ALERT_NOT_FOUND', undefined, { cause: error });
      if (error.code === 'ALERT_NOT_ACTIVE' || error.code === 'ALERT_STATE') throw new AppError(error.code, undefined, { cause: error });
      const entry = book.get(hub);
      const name = entry === undefined ? hub : book.view(entry).name;
      throw new AppError('HUB_UNREACHABLE', { zh: `${name}的平台没有应答，告警未确认。`, en: `The hub of ${name} did not take it: ${error.message}. The alert is not acknowledged.` }, { cause: error });
    }
  }
}
