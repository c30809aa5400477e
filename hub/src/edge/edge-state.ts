import type { Db } from '../database/database.js';

/** What an edge remembers besides its registry, by name; values are JSON. */
export interface EdgeState {
  /** Cast by the caller, who is the only one to write under that name. */
  load(key: EdgeStateKey): Promise<unknown>;
  save(key: EdgeStateKey, value: unknown): Promise<void>;
}
export type EdgeStateKey = 'registry' | 'uplink' | 'clock';

export function createEdgeState({ db }: { db: Db }): EdgeState {
  return {
    async load(key) {
      const row = await db.selectFrom('edge_state').select('value').where('key', '=', key).executeTakeFirst();
      return row === undefined ? undefined : JSON.parse(row.value) as unknown;
    },
    async save(key, value) {
      const text = JSON.stringify(value);
      await db.insertInto('edge_state').values({ key, value: text }).onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text })).execute();
    },
  };
}
