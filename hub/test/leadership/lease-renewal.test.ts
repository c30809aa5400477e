import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql, type QueryResult } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Db } from '../../src/database/database.js';
import type { Database } from '../../src/database/schema.js';
import type { Fence } from '../../src/database/postgres/fence.js';
import { openPostgres } from '../../src/database/postgres/open-postgres.js';
import { createLease, LEASE_MS } from '../../src/leadership/lease.js';
import { findPostgres, POSTGRES_HINT, startPostgres, type PostgresServer } from '../support/postgres-server.js';
import { describeWithServer } from '../support/require-server.js';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** More than the connections of a pool. */
const WRITERS = 30;

describeWithServer('the lease of a busy leader', findPostgres(), POSTGRES_HINT, (programs) => {
  let server: PostgresServer;
  const opened: Db[] = [];
  const open = async (url: string, fence: Fence): Promise<Db> => {
    const db = await openPostgres({ url: new URL(url), logger, fence, waitMs: 0 });
    opened.push(db);
    return db;
  };
  beforeAll(async () => { server = await startPostgres(programs); });
  afterEach(async () => { for (const db of opened.splice(0)) await db.destroy(); });
  afterAll(async () => { await server?.dispose(); });

  it('is renewed while a crowd of writers waits for its turn', async () => {
    const url = await server.createDatabase();
    const fence: Fence = { term: undefined, onFenced: () => undefined };
    const [db, own, other] = [await open(url, fence), await open(url, fence), await open(url, { term: undefined, onFenced: () => undefined })];
    const lost: string[] = [];
    const lease = createLease({ db: own, fence, holder: 'one', address: 'http://one', logger, onLost: (reason) => { lost.push(reason); } });
    expect(await lease.take()).toBe(true);
    await lease.start();
    let writers: Promise<unknown> | undefined;
    await other.transaction().execute(async (trx) => {
      writers = Promise.allSettled(Array.from({ length: WRITERS }, () => db.transaction().execute((mine) => sql`select 1`.execute(mine))));
      for (let second = 0; second < 7; second += 1) await sql`select pg_sleep(1)`.execute(trx);
    });
    await writers;
    expect(lost).toEqual([]);
    expect(await lease.leader()).toMatchObject({ holder: 'one', isAlive: true });
    await lease.stop();
  }, 30_000);

  it('goes to another when it is given back, and what its holder still writes is refused', async () => {
    const url = await server.createDatabase();
    const fences: Fence[] = [0, 1].map(() => ({ term: undefined, onFenced: () => undefined }));
    const [one, two] = await Promise.all(fences.map((fence) => open(url, fence)));
    const [first, second] = [one!, two!].map((db, index) => createLease({ db, fence: fences[index]!, holder: `hub-${index}`, address: `http://hub-${index}`, logger, onLost: () => undefined })); // two of each
    expect([await first!.take(), await second!.take()]).toEqual([true, false]);
    await one!.updateTable('lease').set({ expires_at: 0 }).execute();
    expect(await second!.take()).toBe(true);
    await expect(one!.transaction().execute((trx) => trx.insertInto('audit').values({ at: 1, by: 'late', action: 'x', target: 'y', detail: null }).execute())).rejects.toMatchObject({ code: 'LD001' });
  });
});

describe('a leader whose database does not answer any more', () => {
  afterEach(() => { vi.useRealTimers(); });

  it('gives up a second before another hub can take over, whenever the answers ended', async () => {
    vi.useFakeTimers();
    for (const quietAfterMs of [100, 1_600, 2_900, 3_000, 3_100]) {
      let isQuiet = false;
      const executeQuery = <R>(): Promise<QueryResult<R>> => isQuiet ? new Promise(() => undefined) : Promise.resolve({ rows: [], numAffectedRows: 1n });
      class Driver extends DummyDriver {
        override async acquireConnection() { return { executeQuery, async *streamQuery() { /* nothing is streamed */ } }; }
      }
      const db = new Kysely<Database>({ dialect: { createDriver: () => new Driver(), createAdapter: () => new PostgresAdapter(), createIntrospector: (own) => new PostgresIntrospector(own), createQueryCompiler: () => new PostgresQueryCompiler() } });
      const [started, onLost] = [Date.now(), vi.fn()];
      const lease = createLease({ db, fence: { term: undefined, onFenced: () => undefined }, holder: 'one', address: 'http://one', logger, onLost, stopwatch: () => Date.now() });
      await lease.take();
      await lease.start();
      await vi.advanceTimersByTimeAsync(quietAfterMs);
      isQuiet = true;
      const renewedAt = started + Math.floor(quietAfterMs / 1_500) * 1_500;
      await vi.advanceTimersByTimeAsync(renewedAt + LEASE_MS - 1_000 - Date.now());
      expect(onLost, `quiet after ${quietAfterMs} ms`).toHaveBeenCalledOnce();
    }
  });
});
