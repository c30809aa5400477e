import { Kysely, sql } from 'kysely';
import { backOffMs } from '../../notifications/back-off.js';
import type { Logger } from '../../logger.js';
import { StartError } from '../../problem.js';
import type { Db } from '../database.js';
import { migrate } from '../migrate.js';
import type { Database } from '../schema.js';
import { reasonOf } from './database-away.js';
import type { Fence } from './fence.js';
import { QuietPool } from './postgres-pool.js';
import { PostgresSchemaPlugin } from './schema-plugin.js';
import { SerialPostgresDialect } from './serial-dialect.js';
import { startErrorOf } from './start-errors.js';

/** A database server that starts together with the hub needs some seconds; one that recovers needs more. */
const WAIT_MS = 60_000;
/** A server that says nothing for so long is as good as gone; its connection is dropped. */
const ANSWER_MS = 30_000;
const LONGEST_PAUSE_MS = 5_000;
/** What is asked of it (`any_value`, `merge` and the like are not): 15 is what is tested against. */
const OLDEST_VERSION = 150_000;

export interface PostgresOptions {
  readonly url: URL;
  readonly logger: Pick<Logger, 'warn'>;
  /** What writing transactions check; left out, nothing. */
  readonly fence?: Fence;
  /** How long a start waits for a server that does not answer or is still starting (ms). */
  readonly waitMs?: number;
  /** How long any query may take, and how long a write waits for its turn (ms). */
  readonly answerMs?: number;
}

/** Where it is, for messages: never with user or password. */
export const postgresName = ({ hostname, port, pathname }: URL): string => `${hostname}:${port || '5432'}${decodeURIComponent(pathname)}`;

/**
 * Opens the PostgreSQL database and brings it to the newest schema. Later losses of the server heal by themselves: queries fail until it is back.
 * @throws StartError when it can't be reached in time, refuses us, is too old, or was written by a newer Liandong
 */
export async function openPostgres({ url, logger, fence = { term: undefined, onFenced: () => undefined }, waitMs = WAIT_MS, answerMs = ANSWER_MS }: PostgresOptions): Promise<Db> {
  const place = postgresName(url);
  const pool = new QuietPool({ url, answerMs, onError: (error) => { logger.warn({ database: place, reason: error.message }, 'lost a connection to PostgreSQL'); } });
  const db = new Kysely<Database>({ dialect: new SerialPostgresDialect({ pool, fence, turnMs: answerMs }), plugins: [new PostgresSchemaPlugin()] });
  try {
    await untilItAnswers(db, { place, logger, waitMs });
    await checkServer(db, place);
    await migrate(db, { place: `PostgreSQL database ${place}`, setting: 'DATABASE_URL' });
  } catch (error) {
    await db.destroy();
    throw error instanceof StartError ? error : startErrorOf(error, place) ?? error;
  }
  return db;
}

/** @throws StartError when it refuses us, or still does not answer after the wait */
async function untilItAnswers(db: Db, { place, logger, waitMs }: { place: string; logger: Pick<Logger, 'warn'>; waitMs: number }): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let failures = 1; ; failures += 1) {
    try {
      await sql`select 1`.execute(db);
      return;
    } catch (error) {
      const refusal = startErrorOf(error, place);
      if (refusal !== undefined) throw refusal;
      const reason = reasonOf(error);
      const pause = Math.min(backOffMs(failures, 0.5), LONGEST_PAUSE_MS);
      if (performance.now() + pause >= deadline) {
        throw new StartError(`PostgreSQL at ${place} does not answer (${reason}). Check DATABASE_URL and that the server runs.`, { cause: error });
      }
      if (failures === 1) logger.warn({ database: place, reason }, 'PostgreSQL does not answer yet; waiting for it');
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** @throws StartError */
async function checkServer(db: Db, place: string): Promise<void> {
  const { rows: [server] } = await sql<{ number: string; version: string; encoding: string }>`
    select current_setting('server_version_num') as number, current_setting('server_version') as version, current_setting('server_encoding') as encoding`.execute(db);
  if (server === undefined) throw new Error('PostgreSQL did not answer the question for its version'); // a select without from has a row
  if (Number(server.number) < OLDEST_VERSION) throw new StartError(`PostgreSQL at ${place} is version ${server.version}; Liandong needs 15 or newer. Upgrade it, or point DATABASE_URL to another one.`);
  if (server.encoding !== 'UTF8') throw new StartError(`The PostgreSQL database ${place} has the encoding ${server.encoding}; Liandong needs UTF8. Create it with encoding 'UTF8' and template template0.`);
}
