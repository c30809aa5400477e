import type { PartState } from '@liandong/protocols';
import { sql } from 'kysely';
import type { Logger } from '../../logger.js';
import type { Db } from '../database.js';
import { reasonOf } from './database-away.js';

const ASK_MS = 2_000;

/** Whether the database server answers. Without it no alert can be written: that is `down`, not `degraded`. */
export interface DatabaseProbe {
  /** By the last `check`. */
  state(): { state: PartState; detail?: string };
  /** Asks it now; takes 2 s at most and never rejects. */
  check(): Promise<void>;
}

/** An outage is one line in the log, its end another; what fails meanwhile for want of the database need not say so each time. */
export function createDatabaseProbe({ db, logger }: { db: Db; logger: Pick<Logger, 'error' | 'info'> }): DatabaseProbe {
  let failure: string | undefined;
  return {
    state: () => failure === undefined ? { state: 'ready' } : { state: 'down', detail: `postgres: ${failure}` },
    async check() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(new Error('does not answer')); }, ASK_MS); });
      const asked = sql`select 1`.execute(db);
      asked.catch(() => undefined); // of an answer after the wait
      const before = failure;
      failure = await Promise.race([asked, late]).then(() => undefined, (error: unknown) => reasonOf(error).slice(0, 200)).finally(() => { clearTimeout(timer); });
      if (failure !== undefined && before === undefined) logger.error({ reason: failure }, 'PostgreSQL does not answer: nothing can be written or looked up until it does, and what devices send waits in the journal');
      else if (failure === undefined && before !== undefined) logger.info('PostgreSQL answers again');
    },
  };
}
