import { once } from 'node:events';
import type { Alert } from '@liandong/protocols';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createChangeLog } from '../../src/changes/change-log.js';
import type { Db } from '../../src/database/database.js';
import { FENCED, type Fence } from '../../src/database/postgres/fence.js';
import { createDatabaseProbe } from '../../src/database/postgres/database-probe.js';
import { openPostgres } from '../../src/database/postgres/open-postgres.js';
import { StartError } from '../../src/problem.js';
import { freePort } from '../support/free-port.js';
import { findPostgres, POSTGRES_HINT, startPostgres, type PostgresServer } from '../support/postgres-server.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

const alert: Alert = { id: 'a', ruleId: 'r', deviceId: 'd', area: 'x', kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false, raisedAt: 1, lastAt: 1, count: 1, message: { zh: '', en: '' }, seq: 0 };

const audit = (db: Db, by: string): Promise<unknown> => db.insertInto('audit').values({ at: 1, by, action: 'x', target: 'y', detail: null }).execute();

describeWithServer('PostgreSQL', findPostgres(), POSTGRES_HINT, (programs) => {
  let server: PostgresServer;
  const lines: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => { lines.push(line); } };
  const opened: Db[] = [];
  const open = async (url: string, more: { waitMs?: number; answerMs?: number; fence?: Fence } = {}): Promise<Db> => {
    const db = await openPostgres({ url: new URL(url), logger, waitMs: 0, ...more });
    opened.push(db);
    return db;
  };
  const startErrorOf = async (url: string): Promise<string> => {
    const error: unknown = await open(url).then(() => undefined, (problem: unknown) => problem);
    expect(error).toBeInstanceOf(StartError);
    return (error as StartError).message;
  };
  beforeAll(async () => { server = await startPostgres(programs); });
  afterEach(async () => { for (const db of opened.splice(0)) await db.destroy(); });
  afterAll(async () => { await server?.dispose(); });

  it('is named in plain words when it can not be used, and its password never is', async () => {
    const url = new URL(await server.createDatabase());
    const changed = (change: (url: URL) => void): string => { const other = new URL(url); change(other); return other.href; };
    const password = url.password;
    const closed = await freePort();
    const messages = {
      unreachable: await startErrorOf(changed((u) => { u.port = String(closed); })),
      password: await startErrorOf(changed((u) => { u.password = 'wrong-secret'; })),
      database: await startErrorOf(changed((u) => { u.pathname = '/nowhere'; })),
      encoding: await startErrorOf(await server.createDatabase({ encoding: 'SQL_ASCII' })),
    };
    expect(messages.unreachable).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/test_\d+ does not answer \(.*ECONNREFUSED.*\)\. Check DATABASE_URL/);
    expect(messages.password).toMatch(/does not accept the user or the password in DATABASE_URL/);
    expect(messages.database).toMatch(/127\.0\.0\.1:\d+\/nowhere has no such database/);
    expect(messages.encoding).toMatch(/has the encoding SQL_ASCII; Liandong needs UTF8/);
    expect(JSON.stringify([messages, lines])).not.toMatch(new RegExp(`${password}|wrong-secret`));
  });

  it('is waited for while it starts', async () => {
    const url = await server.createDatabase();
    await server.kill();
    const opening = open(url, { waitMs: 30_000 });
    await waitFor('the wait is told', () => lines.some((line) => JSON.stringify(line).includes('waiting for it')));
    await server.start();
    expect(await (await opening).selectFrom('device').selectAll().execute()).toEqual([]);
  });

  it('is brought to the current schema once, by two hubs that start together', async () => {
    const url = await server.createDatabase();
    const [one] = await Promise.all([open(url), open(url)]);
    const { rows } = await sql<{ count: number }>`select count(*) as count from kysely_migration`.execute(one); // two were opened
    expect(rows[0]?.count).toBeGreaterThan(9);
  });

  it('refuses a database of a newer Liandong', async () => {
    const url = await server.createDatabase();
    const db = await open(url);
    await sql`insert into kysely_migration values ('9999-future', '2030-01-01')`.execute(db);
    expect(await startErrorOf(url)).toMatch(/was written by a newer Liandong \(it has migration 9999-future\).*DATABASE_URL/);
  });

  it('gives numbers as numbers, orders text by code point, keeps what no text may hold readable, and finds nothing in an empty list', async () => {
    const db = await open(await server.createDatabase());
    const at = 1_790_000_000_000;
    await db.insertInto('audit').values(['b', 'B', 'a\0', 'é', '中'].map((by) => ({ at, by, action: 'x', target: 'y', detail: null }))).execute();
    const rows = await db.selectFrom('audit').select(['at', 'by']).orderBy('by').execute();
    expect(rows.map(({ by }) => by)).toEqual(['B', 'a\uFFFD', 'b', 'é', '中']);
    expect(rows[0]?.at).toBe(at);
    const sums = await db.selectFrom('audit').select((e) => [e.fn.countAll<number>().as('count'), e.fn.sum<number>('at').as('sum')]).executeTakeFirstOrThrow();
    expect(sums).toEqual({ count: 5, sum: 5 * at });
    expect(await db.selectFrom('audit').select('id').where('by', 'in', []).execute()).toEqual([]);
    expect(await db.selectFrom('audit').select('id').where('by', 'not in', []).execute()).toHaveLength(5);
  });

  it('never shows a reader a change before one with a smaller seq, however transactions overlap', async () => {
    const url = await server.createDatabase();
    const [db, other] = await Promise.all([open(url), open(url)]);
    const onError = (error: unknown): void => { throw error; };
    const [changes, others] = [createChangeLog({ db, clock: { now: () => 0 }, onError }), createChangeLog({ db: other, clock: { now: () => 0 }, onError })];
    await db.transaction().execute((trx) => changes.recordAlert(trx, alert)); // what is rolled back before the first would look like changes that are gone
    let isWriting = true;
    const writing = Promise.all([db, other].map(async (mine, index) => {
      const log = index === 0 ? changes : others;
      await Promise.all(Array.from({ length: 40 }, (_, turn) => mine.transaction().execute(async (trx) => {
        await log.recordAlert(trx, alert);
        if (turn % 3 === 0) await sql`select pg_sleep(0.003)`.execute(trx); // commits later than what began later, were it alone
        await log.recordAlert(trx, alert);
        if (turn % 7 === 0) throw new Error('rolled back');
      }).catch(() => undefined)));
    })).finally(() => { isWriting = false; });
    const seen: number[] = [];
    while (isWriting) {
      for (const { seq } of await changes.after(seen.at(-1) ?? 0, 1_000) ?? []) seen.push(seq);
    }
    await writing;
    for (const { seq } of await changes.after(seen.at(-1) ?? 0, 1_000) ?? []) seen.push(seq);
    const all = (await db.selectFrom('change').select('seq').orderBy('seq').execute()).map(({ seq }) => seq);
    expect(all).toHaveLength(1 + 2 * 2 * (40 - 6));
    expect(seen).toEqual(all);
  });

  it('answers who reads while a crowd of writers waits for its turn', async () => {
    const url = await server.createDatabase();
    const [db, other] = await Promise.all([open(url), open(url)]);
    let writing: Promise<unknown> | undefined;
    await other.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      writing = Promise.all(Array.from({ length: 40 }, (_, index) => audit(db, `crowd ${index}`)));
      expect(await db.selectFrom('device').selectAll().execute()).toEqual([]); // the crowd is more than the pool has connections
    });
    await writing;
    expect(await db.selectFrom('audit').select('id').execute()).toHaveLength(40);
  });

  it('lets a write without a transaction wait for the turn of all others, and refuses it once another hub leads', async () => {
    const url = await server.createDatabase();
    const fence = { term: undefined as number | undefined, onFenced: () => { fenced += 1; } };
    let fenced = 0;
    const [db, other] = await Promise.all([open(url, { fence }), open(url)]);
    let alone: Promise<unknown> | undefined;
    await other.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      alone = audit(db, 'alone');
      await sql`select pg_sleep(0.2)`.execute(trx);
      await trx.insertInto('audit').values({ at: 1, by: 'other', action: 'x', target: 'y', detail: null }).execute();
    });
    await alone;
    expect((await db.selectFrom('audit').select('by').orderBy('id').execute()).map(({ by }) => by)).toEqual(['other', 'alone']);
    fence.term = 7;
    await expect(audit(db, 'late')).rejects.toMatchObject({ code: FENCED });
    await expect(sql`update audit set by = 'late'`.execute(db)).rejects.toMatchObject({ code: FENCED });
    expect(fenced).toBe(2);
    expect(await db.selectFrom('audit').select('by').where('by', '=', 'late').execute()).toEqual([]); // reading needs no lease
  });

  it('gives up on a turn that does not come, and goes on when it does', async () => {
    const url = await server.createDatabase();
    const db = await open(url);
    const hasty = await open(url, { answerMs: 300 });
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(1)`.execute(trx);
      await expect(Promise.all([audit(hasty, 'first'), audit(hasty, 'second')])).rejects.toThrow(/did not (answer|come) within 0.3 s/);
      await new Promise((resolve) => { setTimeout(resolve, 400); });
    });
    await waitFor('its turn comes', () => audit(hasty, 'third').then(() => true));
    expect((await db.selectFrom('audit').select('by').execute()).map(({ by }) => by)).toContain('third');
  });

  it('holds one active alert per rule and device, and any number of past ones', async () => {
    const db = await open(await server.createDatabase());
    const row = { rule_id: 'r', device_id: 'd', area: 'x', kind: 'waste_bin', severity: 'major', tier: 'community', acked: 0, raised_at: 1, last_at: 1, count: 1, message: '{}', seq: 1 };
    await db.insertInto('alert').values([{ ...row, id: 'a', active: 0 }, { ...row, id: 'b', active: 0 }, { ...row, id: 'c', active: 1 }]).execute();
    await expect(db.insertInto('alert').values({ ...row, id: 'd', active: 1 }).execute()).rejects.toMatchObject({ code: '23505', constraint: 'alert_one_active' });
  });

  it('comes back by itself after it was killed or stood still, and says so', async () => {
    const db = await open(await server.createDatabase(), { answerMs: 1_000 });
    const told: unknown[] = [];
    const tell = (...words: unknown[]): void => { told.push(words.at(-1)); };
    const probe = createDatabaseProbe({ db, logger: { error: tell, info: tell } });
    const ask = () => db.selectFrom('device').selectAll().execute();
    for (const [stop, go] of [[() => server.kill(), () => server.start()], [() => server.pause(), () => server.resume()]] as const) {
      await probe.check();
      expect(probe.state()).toEqual({ state: 'ready' });
      await stop();
      await expect(ask()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await probe.check();
      await probe.check();
      expect(probe.state()).toMatchObject({ state: 'down', detail: expect.stringContaining('postgres:') as string });
      await go();
      await waitFor('it answers again', async () => Array.isArray(await ask()));
      await waitFor('and is said to', async () => { await probe.check(); return probe.state().state === 'ready'; });
      expect(told.splice(0)).toEqual([expect.stringContaining('does not answer'), 'PostgreSQL answers again']);
    }
  });

  it('leaves nothing behind of a connection that was lost inside a transaction', async () => {
    const url = await server.createDatabase();
    const other = await open(url); // makes the schema, which may take longer
    const lost = await open(url, { answerMs: 1_000 });
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => { unhandled.push(reason); };
    process.on('unhandledRejection', note);
    const broken = lost.transaction().execute(async (trx) => {
      const { rows: [own] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      await sql`select pg_terminate_backend(${own?.pid})`.execute(other);
      for (;;) await sql`select 1`.execute(trx);
    });
    await expect(broken).rejects.toThrow();
    await new Promise((resolve) => { setTimeout(resolve, 1_100); }); // longer than an answer may take
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(await lost.selectFrom('device').selectAll().execute()).toEqual([]);
  });

  it('frees everybody from a hub that stands still inside a transaction', async () => {
    const url = await server.createDatabase();
    const [still, other] = await Promise.all([open(url), open(url)]);
    const [entered, woken] = [new AbortController(), new AbortController()];
    const standing = still.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      entered.abort();
      await once(woken.signal, 'abort');
      await trx.insertInto('audit').values({ at: 1, by: 'late', action: 'x', target: 'y', detail: null }).execute();
    });
    standing.catch(() => undefined); // looked at below
    await waitFor('it stands inside', () => entered.signal.aborted);
    await other.transaction().execute((trx) => trx.insertInto('audit').values({ at: 1, by: 'other', action: 'x', target: 'y', detail: null }).execute());
    woken.abort();
    await expect(standing).rejects.toThrow();
    expect((await other.selectFrom('audit').select('by').execute()).map(({ by }) => by)).toEqual(['other']);
  });
});
