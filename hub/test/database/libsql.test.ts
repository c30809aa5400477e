import { once } from 'node:events';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { sql, type Transaction } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Db } from '../../src/database/database.js';
import { LibsqlDriver } from '../../src/database/libsql/libsql-driver.js';
import { openLibsqlFile } from '../../src/database/libsql/libsql-file.js';
import { startThreadExecutor } from '../../src/database/libsql/thread-executor.js';
import type { Database } from '../../src/database/schema.js';
import { together } from '../../src/database/together.js';
import { copyMigrated } from '../support/databases.js';

let folder: string;
let db: Db | undefined;
const deaths: Error[] = [];
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'liandong-libsql-')); });
afterEach(async () => {
  vi.useRealTimers();
  await db?.destroy();
  db = undefined;
  deaths.length = 0;
  await rm(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'hub.db');
const areaOf = (id: string) => ({ id, level: 'city', name: id });
const names = async (from: Db): Promise<string[]> => (await from.selectFrom('area').select('id').orderBy('id').execute()).map(({ id }) => id);

describe.each([['in threads of its own', true], ['on the calling thread', false]])('the database %s', (_where, hasThreads) => {
  /** A new one is a copy: the migrations take longer than what is tested. */
  async function open(): Promise<Db> {
    await copyMigrated(path());
    return db = await openDatabase(path(), hasThreads ? { onDeath: (error) => { deaths.push(error); } } : undefined);
  }

  it('shows a query what was committed before it was asked, every time', async () => {
    const opened = await open();
    for (let index = 0; index < 50; index += 1) {
      await opened.insertInto('area').values(areaOf(`a${index}`)).execute();
      expect(await names(opened)).toHaveLength(index + 1);
    }
  });

  it('keeps all of a text that holds U+0000, which ended it there without a word', async () => {
    const opened = await open();
    await opened.insertInto('area').values({ ...areaOf('a'), name: 'lid\0 is broken' }).execute();
    expect(await opened.selectFrom('area').select('name').executeTakeFirst()).toEqual({ name: 'lid\uFFFD is broken' });
  });

  it('keeps the code of an error, and takes back the whole transaction', async () => {
    const opened = await open();
    const twice = opened.transaction().execute(async (trx) => {
      await trx.insertInto('area').values(areaOf('one')).execute();
      await trx.insertInto('area').values(areaOf('one')).execute();
    });
    await expect(twice).rejects.toMatchObject({ name: 'SqliteError', code: 'SQLITE_CONSTRAINT_PRIMARYKEY', message: expect.stringContaining('area.id') as string });
    expect(await names(opened)).toEqual([]);
    await expect(opened.insertInto('area').values({ ...areaOf('two'), parent: 'nowhere' }).execute()).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
  });

  it('lets writers take turns: what another one writes is not part of a transaction under way', async () => {
    const opened = await open();
    let other: Promise<unknown> | undefined;
    await opened.transaction().execute(async (trx) => {
      await trx.insertInto('area').values(areaOf('mine')).execute();
      other = opened.insertInto('area').values(areaOf('other')).execute();
      throw new Error('changed its mind');
    }).catch(() => undefined);
    await other;
    expect(await names(opened)).toEqual(['other']);
  });

  it('lets nothing of a transaction stand that libSQL ended by itself, and says why it did', async () => {
    const opened = await open();
    const { rows: [size] } = await sql<{ page_count: number }>`pragma page_count`.execute(opened);
    await sql.raw(`pragma max_page_count = ${size?.page_count}`).execute(opened);
    const failed = opened.transaction().execute(async (trx) => {
      await trx.insertInto('area').values(areaOf('first')).execute();
      // The last is asked for in one go with the one that fills the disk.
      await together(trx, [
        trx.insertInto('area').values({ ...areaOf('second'), name: 'x'.repeat(1_000_000) }).compile(), trx.insertInto('area').values(areaOf('third')).compile(),
      ]);
    });
    await expect(failed).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    expect(await names(opened)).toEqual([]);
  });

  it('refuses the commit that was sent along with a statement that fails, and what came after that one', async () => {
    const opened = await open();
    const failed = opened.transaction().execute(async (trx) => {
      await together(trx, ['one', 'one', 'two'].map((id) => trx.insertInto('area').values(areaOf(id)).compile()), { commits: true });
    });
    await expect(failed).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
    await opened.transaction().execute((trx) => together(trx, [trx.insertInto('area').values(areaOf('next')).compile()], { commits: true }));
    expect(await names(opened)).toEqual(['next']);
  });

  it('takes everything back when a statement can\'t be made after others were sent', async () => {
    const opened = await open();
    function* some(trx: Transaction<Database>) {
      for (let index = 0; index < 200; index += 1) yield trx.insertInto('area').values(areaOf(`a${index}`)).compile();
      throw new Error('no such words');
    }
    await expect(opened.transaction().execute((trx) => together(trx, some(trx), { commits: true }))).rejects.toThrow('no such words');
    await opened.transaction().execute((trx) => trx.insertInto('area').values(areaOf('next')).execute());
    expect(await names(opened)).toEqual(['next']);
  });

  it('takes a transaction back whose commit failed, and goes on', async () => {
    const opened = await open();
    const failed = opened.transaction().execute(async (trx) => {
      await sql`pragma defer_foreign_keys = on`.execute(trx);
      await trx.insertInto('area').values({ ...areaOf('orphan'), parent: 'nowhere' }).execute();
    });
    await expect(failed).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
    await opened.transaction().execute((trx) => trx.insertInto('area').values(areaOf('next')).execute());
    expect(await names(opened)).toEqual(['next']);
  });

  it('refuses a commit that was sent with a statement that failed', async () => {
    const opened = await open();
    const failed = opened.transaction().execute((trx) => together(trx, [
      ...['first', 'first', 'second'].map((id) => trx.insertInto('area').values(areaOf(id)).compile()),
    ], { commits: true }));
    await expect(failed).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
    await opened.transaction().execute((trx) => together(trx, [trx.insertInto('area').values(areaOf('next')).compile()], { commits: true }));
    expect(await names(opened)).toEqual(['next']);
  });

  it('refuses a statement of a transaction that has ended', async () => {
    const opened = await open();
    let kept: Parameters<Parameters<ReturnType<Db['transaction']>['execute']>[0]>[0] | undefined;
    await opened.transaction().execute(async (trx) => { kept = trx; });
    await expect(kept?.insertInto('area').values(areaOf('late')).execute()).rejects.toThrow(/ended|committed|rolled back/);
    expect(await names(opened)).toEqual([]);
  });

  it('answers how many rows changed', async () => {
    const opened = await open();
    await opened.insertInto('area').values([areaOf('a'), areaOf('b')]).execute();
    expect(await opened.updateTable('area').set({ name: 'x' }).executeTakeFirstOrThrow()).toMatchObject({ numUpdatedRows: 2n });
  });

  it('moves everything into the file when it is closed, and opens again', async () => {
    await (await open()).insertInto('area').values(areaOf('kept')).execute();
    await db?.destroy();
    db = undefined;
    expect((await stat(`${path()}-wal`).catch(() => ({ size: 0 }))).size).toBe(0);
    expect(await names(await open())).toEqual(['kept']);
    expect(deaths).toEqual([]);
  });
});

it('a transaction that could not begin lets nothing of it into the one that is open', () => {
  const file = openLibsqlFile(':memory:', 'writes');
  file.run({ sql: 'create table place (id text)', parameters: [] });
  file.run({ sql: 'begin', parameters: [] });
  const insert = (id: string) => ({ sql: 'insert into place values (?)', parameters: [id] });
  expect(() => file.run({ ...insert('first'), transaction: 'begins' })).toThrow(/within a transaction/);
  expect(() => file.run({ ...insert('second'), transaction: 'within' })).toThrow(/failed before/);
  expect(() => file.run({ sql: 'commit', parameters: [], transaction: 'within' })).toThrow(/failed before/);
  file.run({ sql: 'rollback', parameters: [], transaction: 'ends' });
  file.run({ ...insert('next'), transaction: 'begins' });
  file.run({ sql: 'commit', parameters: [], transaction: 'within' });
  expect(file.run({ sql: 'select id from place', parameters: [] }).rows).toEqual([{ id: 'next' }]);
  file.close();
});

describe('the threads of the database', () => {
  it('answer queries while a transaction is under way, without what it has not committed', async () => {
    db = await openDatabase(path(), { onDeath: (error) => { deaths.push(error); } });
    const opened = db;
    await opened.insertInto('area').values(areaOf('before')).execute();
    await opened.transaction().execute(async (trx) => {
      await trx.insertInto('area').values(areaOf('within')).execute();
      expect(await names(opened)).toEqual(['before']);
      expect(await names(trx)).toEqual(['before', 'within']);
    });
    expect(await names(opened)).toEqual(['before', 'within']);
  });

  it('move what the log holds into the file while they are open', async () => {
    db = await openDatabase(path(), { onDeath: (error) => { deaths.push(error); } });
    for (let written = 0; written < 500; written += 1) await db.insertInto('area').values(areaOf(`a${written}`)).execute();
    let copies = 0;
    const inFile = async (): Promise<number> => {
      // Without its log, and each under a name of its own: a copy taken while the log is moved may be torn, and one that could not be opened leaves a log that belongs to no other file.
      const name = join(folder, `copy-${copies += 1}.db`);
      await copyFile(path(), name);
      const copy = await openDatabase(name);
      const rows = await names(copy).finally(() => copy.destroy());
      return rows.length;
    };
    // Every 500 writes; those of the migrations count too.
    await expect.poll(() => inFile()).toBeGreaterThan(400);
    expect(await names(db)).toHaveLength(500);
    expect((await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)).rows).toEqual([{ integrity_check: 'ok' }]);
  });

  it('write with every commit synced, and read without writing', async () => {
    db = await openDatabase(path(), { onDeath: (error) => { deaths.push(error); } });
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(db); // not a query of Kysely's, so the writer answers
    expect(rows).toEqual([{ synchronous: 2 }]);
    const reader = await startThreadExecutor({ path: path(), use: 'reads', onDeath: (error) => { deaths.push(error); } });
    await expect(reader.execute({ sql: 'delete from area', parameters: [] })).rejects.toThrow(/readonly/);
    await reader.close();
    await expect(reader.execute({ sql: 'select 1', parameters: [] })).rejects.toThrow('closed');
  });

  it('say which file it was when one of them dies: what was asked and what is asked later is refused', async () => {
    let worker: Worker | undefined;
    const executor = await startThreadExecutor({ path: path(), use: 'writes', onDeath: (error) => { deaths.push(error); }, onSpawn: (spawned) => { worker = spawned; } });
    const asked = executor.execute({ sql: 'select 1', parameters: [] }).then(() => 'answered', (error: unknown) => String(error));
    await worker?.terminate();
    expect(['answered', String(deaths[0])]).toContain(await asked);
    expect(deaths).toMatchObject([{ message: `The thread of the database ${path()} ended: exit code 1.` }]);
    await expect(executor.execute({ sql: 'select 1', parameters: [] })).rejects.toBe(deaths[0]);
    await expect(executor.close()).rejects.toBe(deaths[0]);
    expect(deaths).toHaveLength(1);
  });

  it('are not waited for without end when they are closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let worker: Worker | undefined;
    const executor = await startThreadExecutor({ path: path(), use: 'writes', onDeath: (error) => { deaths.push(error); }, onSpawn: (spawned) => { worker = spawned; } });
    let isAnswered = false;
    const long = executor.execute({ sql: 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000000) select count(*) from n', parameters: [] }).then(() => { isAnswered = true; });
    const closed = executor.close();
    await vi.advanceTimersByTimeAsync(8_000);
    await closed;
    expect(isAnswered).toBe(false);
    await long;
    if (worker?.threadId !== -1) await once(worker!, 'exit'); // started above
  });

  it('close both, also when one of them is gone', async () => {
    const spawned: Worker[] = [];
    const threads = { path: path(), onDeath: () => undefined, onSpawn: (worker: Worker) => { spawned.push(worker); } };
    const writer = await startThreadExecutor({ ...threads, use: 'writes' });
    const driver = new LibsqlDriver({ writer, reader: await startThreadExecutor({ ...threads, use: 'reads' }) });
    await spawned[1]?.terminate();
    await expect(driver.destroy()).rejects.toThrow('ended');
    await expect(writer.execute({ sql: 'select 1', parameters: [] })).rejects.toThrow('closed');
  });

  it('say so when the file can not be opened', async () => {
    await expect(openDatabase(join(folder, 'no', 'folder', 'hub.db'), { onDeath: (error) => { deaths.push(error); } })).rejects.toThrow(/hub\.db.*unable to open|ConnectionFailed/i);
    expect(deaths).toEqual([]);
  });
});
