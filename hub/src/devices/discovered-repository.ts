import type { DeviceId, Discovered, EpochMs } from '@liandong/protocols';
import { sql } from 'kysely';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import type { DiscoveredNote, DiscoverySink } from '../gateways/types.js';
import type { DeviceDirectory } from './types.js';

/** Kept of one gateway; those heard longest ago go first. */
export const MOST_PER_GATEWAY = 5000;
const FLUSH_EVERY_MS = 1000;
/** Waiting for a flush; a message whose note finds no room brings another note later. */
const MOST_PENDING = 20_000;
const CHUNK = 100;
const SAMPLE_LENGTH = 2048;
const LONGEST_TEXT = 128;

/** A place in the list: latest first, then by name. */
export interface DiscoveredPosition { readonly lastSeenAt: EpochMs; readonly gateway: DeviceId; readonly externalId: string }

/** Devices that gateways speak of and nobody has registered. Notes are gathered in memory and written once a second. */
export interface DiscoveredRepository extends DiscoverySink, Feature {
  /** Latest first, registered ones left out. */
  list(query: { gateways: readonly DeviceId[]; limit: number; after?: DiscoveredPosition }): Promise<Discovered[]>;
  forget(gateway: DeviceId, externalId: string): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
}

export interface DiscoveredDependencies {
  readonly db: Db;
  readonly directory: Pick<DeviceDirectory, 'get'>;
  /** Told when the database refuses; what was gathered is lost, and comes again with the next messages. */
  readonly onError: (error: unknown) => void;
  /** 5,000 */
  readonly mostPerGateway?: number;
}

interface Row { gateway: string; external_id: string; name: string | null; model: string | null; first_seen_at: number; last_seen_at: number; count: number; sample: string }

export function createDiscoveredRepository({ db, directory, onError, mostPerGateway = MOST_PER_GATEWAY }: DiscoveredDependencies): DiscoveredRepository {
  let pending = new Map<string, Row>();
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    const rows = [...pending.values()].filter(({ gateway }) => directory.get(gateway) !== undefined);
    pending = new Map();
    if (rows.length === 0) return;
    await db.transaction().execute(async (trx) => {
      for (let start = 0; start < rows.length; start += CHUNK) {
        await trx.insertInto('discovered').values(rows.slice(start, start + CHUNK)).onConflict((conflict) => conflict.columns(['gateway', 'external_id']).doUpdateSet((e) => ({
          name: sql<string | null>`coalesce(excluded.name, discovered.name)`, model: sql<string | null>`coalesce(excluded.model, discovered.model)`,
          last_seen_at: e.ref('excluded.last_seen_at'), sample: e.ref('excluded.sample'), count: e('discovered.count', '+', e.ref('excluded.count')),
        }))).execute();
      }
      for (const gateway of new Set(rows.map((row) => row.gateway))) {
        const { kept } = await trx.selectFrom('discovered').select((e) => e.fn.countAll<number>().as('kept')).where('gateway', '=', gateway).executeTakeFirstOrThrow();
        const surplus = Number(kept) - mostPerGateway;
        if (surplus <= 0) continue;
        await trx.deleteFrom('discovered').where('gateway', '=', gateway)
          .where('external_id', 'in', (e) => e.selectFrom('discovered').select('external_id').where('gateway', '=', gateway).orderBy('last_seen_at').orderBy('external_id').limit(surplus)).execute();
      }
    });
  }

  /** Flushes follow each other, so whoever waits for one sees everything noted before. */
  function flush(): Promise<void> {
    flushing = flushing.catch(() => undefined).then(write); // the failed one's caller has its error
    return flushing;
  }

  return {
    note(note) {
      const key = `${note.gateway}\n${note.externalId}`;
      const known = pending.get(key);
      if (known === undefined && pending.size >= MOST_PENDING) return;
      pending.set(key, merged(note, known));
    },
    async list({ gateways, limit, after }) {
      await flush();
      if (gateways.length === 0) return [];
      let query = db.selectFrom('discovered').selectAll().where('gateway', 'in', [...gateways])
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('device').select('device.id')
          .whereRef('device.gateway', '=', 'discovered.gateway').whereRef('device.external_id', '=', 'discovered.external_id'))));
      if (after !== undefined) {
        const { lastSeenAt, gateway, externalId } = after;
        query = query.where((e) => e.or([
          e('last_seen_at', '<', lastSeenAt),
          e.and([e('last_seen_at', '=', lastSeenAt), e('gateway', '>', gateway)]),
          e.and([e('last_seen_at', '=', lastSeenAt), e('gateway', '=', gateway), e('external_id', '>', externalId)]),
        ]));
      }
      return (await query.orderBy('last_seen_at', 'desc').orderBy('gateway').orderBy('external_id').limit(limit).execute()).map(toDiscovered);
    },
    async forget(gateway, externalId) {
      pending.delete(`${gateway}\n${externalId}`);
      await db.deleteFrom('discovered').where('gateway', '=', gateway).where('external_id', '=', externalId).execute();
    },
    flush,
    async start() {
      timer ??= setInterval(() => { if (pending.size > 0) flush().catch(onError); }, FLUSH_EVERY_MS);
    },
    async stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      await flush().catch(onError);
    },
  };
}

function merged({ gateway, externalId, name, model, sample, now }: DiscoveredNote, known: Row | undefined): Row {
  return {
    gateway, external_id: externalId.slice(0, LONGEST_TEXT), name: name?.slice(0, LONGEST_TEXT) ?? known?.name ?? null, model: model?.slice(0, LONGEST_TEXT) ?? known?.model ?? null,
    first_seen_at: known?.first_seen_at ?? now, last_seen_at: now, count: (known?.count ?? 0) + 1, sample: sample.slice(0, SAMPLE_LENGTH),
  };
}

const toDiscovered = (row: Row): Discovered => ({
  gateway: row.gateway, externalId: row.external_id, ...(row.name === null ? {} : { name: row.name }), ...(row.model === null ? {} : { model: row.model }),
  firstSeenAt: row.first_seen_at, lastSeenAt: row.last_seen_at, count: row.count, sample: row.sample,
});
