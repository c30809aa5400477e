import type { PartState } from '@liandong/protocols';
import { sql } from 'kysely';
import type { Db } from '../database.js';

const ASK_MS = 2_000;

/** Whether the database server answers. Without it no alert can be written: that is `down`, not `degraded`. */
export interface DatabaseProbe {
  /** By the last `check`. */
  state(): { state: PartState; detail?: string };
  /** Asks it now; takes 2 s at most and never rejects. */
  check(): Promise<void>;
}

export function createDatabaseProbe({ db }: { db: Db }): DatabaseProbe {
  let failure: string | undefined;
  return {
    state: () => failure === undefined ? { state: 'ready' } : { state: 'down', detail: `postgres: ${failure}` },
    async check() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(new Error('does not answer')); }, ASK_MS); });
      const asked = sql`select 1`.execute(db);
      asked.catch(() => undefined); // of an answer after the wait
      failure = await Promise.race([asked, late]).then(() => undefined, (error: unknown) => {
        const { code, message } = error as { code?: string; message?: string };
        return (message || code || String(error)).slice(0, 200);
      }).finally(() => { clearTimeout(timer); });
    },
  };
}
