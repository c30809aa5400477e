import type { Transaction } from 'kysely';
import type { Clock } from '../clock.js';
import type { Database } from '../database/schema.js';

const WINDOW_MS = 60 * 60_000;
/** Wrong codes of one source within the window. */
export const MOST_WRONG_TRIES = 5;

/** Counts wrong claim codes by source, in the database, so that a restart forgives nothing. Rows go after an hour. */
export function createClaimTries({ clock }: { clock: Clock }) {
  return {
    /** Seconds until the source may try again; undefined when it may now. */
    async waitS(trx: Transaction<Database>, source: string): Promise<number | undefined> {
      const now = clock.now();
      await trx.deleteFrom('claim_attempt').where('at', '<=', now - WINDOW_MS).execute();
      const tries = await trx.selectFrom('claim_attempt').select('at').where('source', '=', source).orderBy('at', 'desc').limit(MOST_WRONG_TRIES).execute();
      const oldest = tries[MOST_WRONG_TRIES - 1];
      return oldest === undefined ? undefined : Math.max(1, Math.ceil((oldest.at + WINDOW_MS - now) / 1000));
    },
    async note(trx: Transaction<Database>, source: string): Promise<void> {
      await trx.insertInto('claim_attempt').values({ source, at: clock.now() }).execute();
    },
  };
}
