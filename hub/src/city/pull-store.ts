import type { AggregateAreaList, AggregateRow, AreaId, CityAlert, EpochMs, PullDetail } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import { ensureState } from '../aggregates/state.js';
import { toRow } from '../areas/area-rows.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { RandomBytes } from '../identity/secrets.js';
import { Listeners } from '../listeners.js';
import { ownAreas } from './own-areas.js';
import { putPulledRows } from './pulled-rows.js';

/** A cursor of its own each. */
export type PullStream = PullDetail | 'alerts';
export interface StreamPosition { readonly cursor: string | undefined; readonly isRestating: boolean }
/** `isLast`: there is nothing more to be had now. */
interface Page { readonly next: string; readonly isLast: boolean }

/** Keeps what hubs say. What a page brought and the cursor behind it are one transaction: after a kill the pull goes on behind what is here, and nothing is here twice. */
export interface PullStore {
  /** Makes what has to be there once; call before the rest. */
  prepare(): Promise<void>;
  position(hub: AreaId, stream: PullStream): Promise<StreamPosition>;
  /** The hub refused the cursor: from now on everything comes again. */
  restart(hub: AreaId, stream: PullStream): Promise<void>;
  /** `rows` of the hub's own areas. `watermark` counts once everything is here. */
  takeRows(hub: AreaId, stream: PullDetail, page: Page & { rows: readonly AggregateRow[]; watermark: EpochMs | undefined }): Promise<void>;
  /** Names and figures of the hub's areas. Gives those left out because another sub-district has their ids. */
  takeAreas(hub: AreaId, list: AggregateAreaList['data']): Promise<AreaId[]>;
  takeAlerts(hub: AreaId, page: Page & { alerts: readonly CityAlert[] }): Promise<void>;
  /** One alert as its hub answered an acknowledgement. */
  takeAlert(hub: AreaId, alert: CityAlert): Promise<void>;
  /** Calls when alerts have changed; returns how to stop. */
  onAlerts(listener: () => void): () => void;
}

export function createPullStore({ db, clock, areas, random, onError }: { db: Db; clock: Clock; areas: AreaTree; random: RandomBytes; onError: (error: unknown) => void }): PullStore {
  const listeners = new Listeners({ onError });

  async function setPosition(trx: Transaction<Database>, hub: AreaId, stream: PullStream, { next, isLast }: Page): Promise<void> {
    await trx.insertInto('city_stream').values({ hub, stream, cursor: next, restating: 0 })
      .onConflict((conflict) => conflict.columns(['hub', 'stream']).doUpdateSet(isLast ? { cursor: next, restating: 0 } : { cursor: next })).execute();
  }

  async function isRestating(trx: Transaction<Database>, hub: AreaId, stream: PullStream): Promise<boolean> {
    const row = await trx.selectFrom('city_stream').select('restating').where('hub', '=', hub).where('stream', '=', stream).executeTakeFirst();
    return row?.restating === 1;
  }

  /** Where the city as a whole stands: no further than the slowest hub that was ever heard. */
  async function setWatermark(trx: Transaction<Database>, hub: AreaId, watermark: EpochMs): Promise<void> {
    await trx.updateTable('city_hub').set({ watermark }).where('id', '=', hub).execute();
    const { least } = await trx.selectFrom('city_hub').select((e) => e.fn.min('watermark').as('least')).where('enabled', '=', 1).executeTakeFirstOrThrow();
    if (least !== null) await trx.updateTable('aggregate_state').set({ watermark: Number(least) }).where('id', '=', 1).execute();
  }

  async function putAlerts(trx: Transaction<Database>, hub: AreaId, alerts: readonly CityAlert[]): Promise<boolean> {
    let hasChanged = false;
    for (const alert of alerts) {
      const body = JSON.stringify({ ...alert, subdistrict: hub });
      const known = await trx.selectFrom('city_alert').select('body').where('hub', '=', hub).where('id', '=', alert.id).executeTakeFirst();
      if (known?.body === body) {
        await trx.updateTable('city_alert').set({ round: 0 }).where('hub', '=', hub).where('id', '=', alert.id).execute();
        continue;
      }
      hasChanged = true;
      const row = { id: alert.id, hub, seq: await nextSeq(trx), area: alert.area, active: alert.active ? 1 : 0, acked: alert.acked ? 1 : 0, cleared_at: alert.clearedAt ?? null, round: 0, body };
      await trx.insertInto('city_alert').values(row).onConflict((conflict) => conflict.columns(['hub', 'id']).doUpdateSet(row)).execute();
    }
    return hasChanged;
  }

  async function nextSeq(trx: Transaction<Database>): Promise<number> {
    const { alert_seq: seq } = await trx.updateTable('city_state').set((e) => ({ alert_seq: e('alert_seq', '+', 1) })).where('id', '=', 1).returning('alert_seq').executeTakeFirstOrThrow();
    return Number(seq);
  }

  /** Active ones that a whole restatement did not bring: their hub no longer knows them. */
  async function closeForgotten(trx: Transaction<Database>, hub: AreaId): Promise<boolean> {
    const forgotten = await trx.selectFrom('city_alert').selectAll().where('hub', '=', hub).where('round', '=', 1).execute();
    for (const row of forgotten) {
      const clearedAt = clock.now();
      const alert: CityAlert = { ...JSON.parse(row.body) as CityAlert, active: false, clearedAt }; // written by putAlerts
      await trx.updateTable('city_alert').set({ seq: await nextSeq(trx), active: 0, cleared_at: clearedAt, round: 0, body: JSON.stringify(alert) }).where('hub', '=', hub).where('id', '=', row.id).execute();
    }
    return forgotten.length > 0;
  }

  return {
    async prepare() {
      await ensureState(db, { log: random(9).toString('base64url'), watermark: 0 });
      await db.insertInto('city_state').values({ id: 1, log: random(9).toString('base64url'), alert_seq: 0 }).onConflict((conflict) => conflict.doNothing()).execute();
    },

    async position(hub, stream) {
      const row = await db.selectFrom('city_stream').select(['cursor', 'restating']).where('hub', '=', hub).where('stream', '=', stream).executeTakeFirst();
      return { cursor: row?.cursor ?? undefined, isRestating: row?.restating === 1 };
    },

    async restart(hub, stream) {
      await db.transaction().execute(async (trx) => {
        await trx.insertInto('city_stream').values({ hub, stream, cursor: null, restating: 1 }).onConflict((conflict) => conflict.columns(['hub', 'stream']).doUpdateSet({ cursor: null, restating: 1 })).execute();
        if (stream === 'alerts') await trx.updateTable('city_alert').set({ round: 1 }).where('hub', '=', hub).where('active', '=', 1).execute();
      });
    },

    async takeRows(hub, stream, { rows, watermark, ...page }) {
      await db.transaction().execute(async (trx) => {
        await putPulledRows(trx, rows, await isRestating(trx, hub, stream));
        await setPosition(trx, hub, stream, page);
        if (watermark !== undefined) await setWatermark(trx, hub, watermark);
      });
    },

    async takeAreas(hub, list) {
      const { own, withheld } = ownAreas(hub, list, areas);
      await db.transaction().execute(async (trx) => {
        for (const { area } of own) {
          const row = toRow(area);
          await trx.insertInto('area').values(row).onConflict((conflict) => conflict.column('id').doUpdateSet({ name: row.name, name_en: row.name_en, parent: row.parent })).execute();
        }
        await trx.deleteFrom('city_area').where('hub', '=', hub).execute();
        for (const { area, told } of own) {
          await trx.insertInto('city_area').values({ id: area.id, hub, devices: told.devices, online: told.online, last_data_at: told.lastDataAt ?? null, metrics: JSON.stringify(told.metrics) }).execute();
        }
      });
      for (const { area } of own) areas.put(area);
      return withheld;
    },

    async takeAlerts(hub, { alerts, ...page }) {
      const hasChanged = await db.transaction().execute(async (trx) => {
        const isNew = await putAlerts(trx, hub, alerts);
        const isGone = page.isLast && await isRestating(trx, hub, 'alerts') && await closeForgotten(trx, hub);
        await setPosition(trx, hub, 'alerts', page);
        return isNew || isGone;
      });
      if (hasChanged) listeners.tell();
    },

    async takeAlert(hub, alert) {
      if (await db.transaction().execute((trx) => putAlerts(trx, hub, [alert]))) listeners.tell();
    },

    onAlerts: (listener) => listeners.add(listener),
  };
}
