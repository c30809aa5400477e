import { PULL_DETAILS, type AreaId, type CityHub, type EpochMs, type HubProblem, type HubState, type PullDetail } from '@liandong/protocols';
import type { Selectable } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { HubAnswer } from './hub-client.js';
import type { PullError } from './pull-error.js';

/** Not heard from for so long, a hub is silent: two long waits for alerts and a retry go into it. */
export const SILENT_MS = 90_000;
/** How often it is written down that a hub was heard; after a kill it seems to have been silent for so much longer at most. */
const NOTE_MS = 15_000;

/** What two loops do with a hub; each has troubles of its own. */
export type PullTask = 'aggregates' | 'alerts';
interface Trouble { readonly code: HubProblem; readonly since: EpochMs; readonly detail: string }

/** A registered hub, and what is known of it now. */
export interface HubEntry {
  readonly id: AreaId; readonly name: string | undefined; readonly url: string; readonly token: string; readonly caFile: string | undefined; readonly detail: PullDetail; readonly isEnabled: boolean; readonly createdAt: EpochMs;
  heardAt: EpochMs | undefined; notedAt: EpochMs; skewMs: number | undefined; watermark: EpochMs | undefined;
  readonly troubles: Map<PullTask, Trouble>;
  /** Its areas whose ids another sub-district has. */
  withheld: readonly AreaId[];
}

/** All hubs in memory: a city has a few hundred. */
export class HubBook {
  readonly #hubs = new Map<AreaId, HubEntry>();
  readonly #dependencies: { readonly db: Db; readonly clock: Clock; readonly areas: AreaTree };

  constructor(dependencies: { readonly db: Db; readonly clock: Clock; readonly areas: AreaTree }) {
    this.#dependencies = dependencies;
  }

  get size(): number { return this.#hubs.size; }
  get(id: AreaId): HubEntry | undefined { return this.#hubs.get(id); }
  all(): HubEntry[] { return [...this.#hubs.values()]; }
  drop(id: AreaId): void { this.#hubs.delete(id); }

  async load(): Promise<void> {
    for (const row of await this.#dependencies.db.selectFrom('city_hub').selectAll().orderBy('created_at').orderBy('id').execute()) this.put(row);
  }

  /** New or changed; what is known of it now stays. */
  put(row: Selectable<Database['city_hub']>): HubEntry {
    const known = this.#hubs.get(row.id);
    const entry: HubEntry = {
      id: row.id, name: row.name ?? undefined, url: row.url, token: row.token, caFile: row.ca_file ?? undefined, detail: row.detail as PullDetail, isEnabled: row.enabled === 1, createdAt: row.created_at, // written from PullDetail only
      heardAt: known?.heardAt ?? row.heard_at ?? undefined, notedAt: known?.notedAt ?? row.heard_at ?? 0, skewMs: known?.skewMs ?? row.skew_ms ?? undefined, watermark: known?.watermark ?? row.watermark ?? undefined,
      troubles: new Map(), withheld: known?.withheld ?? [],
    };
    this.#hubs.set(row.id, entry);
    return entry;
  }

  /** A good answer came. */
  async heard(id: AreaId, { at, dateMs }: Pick<HubAnswer, 'at' | 'dateMs'>): Promise<void> {
    const entry = this.#hubs.get(id);
    if (entry === undefined) return;
    entry.heardAt = at;
    if (dateMs !== undefined) entry.skewMs = Math.round(dateMs - at);
    // A step back of our clock is noted too.
    if (Math.abs(at - entry.notedAt) < NOTE_MS) return;
    entry.notedAt = at;
    await this.#dependencies.db.updateTable('city_hub').set({ heard_at: at, skew_ms: entry.skewMs ?? null }).where('id', '=', id).execute();
  }

  /** A whole round went well. */
  recovered(id: AreaId, task: PullTask): void { this.#hubs.get(id)?.troubles.delete(task); }

  /** A pull failed. `since` stays that of the first failure in a row of the same kind. */
  troubled(id: AreaId, task: PullTask, { problem, message }: PullError): void {
    const entry = this.#hubs.get(id);
    if (entry === undefined) return;
    const known = entry.troubles.get(task);
    entry.troubles.set(task, { code: problem, detail: message, since: known?.code === problem ? known.since : this.#dependencies.clock.now() });
  }

  /** As it is answered: never with its token. */
  view(entry: HubEntry): CityHub {
    const { id, name, url, detail, isEnabled, caFile, createdAt, heardAt, skewMs, watermark, withheld } = entry;
    const area = this.#dependencies.areas.get(id);
    const problem = [...entry.troubles.values()].sort((a, b) => a.since - b.since)[0];
    return {
      id, name: (heardAt === undefined ? name : area?.name) ?? id, url, detail, isEnabled, createdAt, state: this.#stateOf(entry), withheld: [...withheld],
      ...(area?.nameEn === undefined ? {} : { nameEn: area.nameEn }), ...(caFile === undefined ? {} : { caFile }), ...(heardAt === undefined ? {} : { heardAt }), ...(skewMs === undefined ? {} : { skewMs }),
      ...(watermark === undefined ? {} : { watermark }), ...(problem === undefined ? {} : { problem }),
    };
  }

  #stateOf({ isEnabled, heardAt, troubles }: HubEntry): HubState {
    if (!isEnabled) return 'off';
    if (heardAt === undefined) return 'never';
    if (this.#dependencies.clock.now() - heardAt > SILENT_MS) return 'silent';
    return troubles.size > 0 ? 'failing' : 'ok';
  }
}

/** Levels that are pulled, each with a cursor of its own: what stands for a whole sub-district doesn't wait for the rest. */
export const levelsOf = (detail: PullDetail): readonly PullDetail[] => PULL_DETAILS.slice(0, PULL_DETAILS.indexOf(detail) + 1);
