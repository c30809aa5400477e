import { dropPast } from '../aggregates/drop-past.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import { Rounds } from '../rounds.js';

const EVERY_MS = 60 * 60_000;
/** Alerts that cleared so long ago are the hubs' own affair again. */
const ALERTS_KEPT_MS = 92 * 86_400_000;

/** Drops what is past its time: aggregates as long as a hub keeps them, cleared alerts after a quarter of a year. */
export class CityKeeper implements Feature {
  readonly #dependencies: { readonly db: Db; readonly clock: Clock; readonly areas: AreaTree; readonly onError: (error: unknown) => void };
  readonly #rounds = new Rounds(EVERY_MS, () => this.run());

  constructor(dependencies: { readonly db: Db; readonly clock: Clock; readonly areas: AreaTree; readonly onError: (error: unknown) => void }) {
    this.#dependencies = dependencies;
  }

  start(): Promise<void> { return this.#rounds.start(); }
  stop(): Promise<void> { return this.#rounds.stop(); }

  /** One round now. Never rejects: what fails is tried again in the next. */
  async run(): Promise<void> {
    const { db, clock, areas, onError } = this.#dependencies;
    try {
      await db.deleteFrom('city_alert').where('active', '=', 0).where('cleared_at', '<', clock.now() - ALERTS_KEPT_MS).execute();
      await dropPast(db, areas.all().map(({ id }) => id), clock.now());
    } catch (error) {
      onError(error);
    }
  }
}
