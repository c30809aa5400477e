import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInlineExecutor } from '../../src/database/libsql/inline-executor.js';
import { createLibsqlDialect } from '../../src/database/libsql/libsql-dialect.js';
import type { Executor } from '../../src/database/libsql/statement.js';
import { together } from '../../src/database/together.js';

interface Tables { place: { id: string; name: string } }

describe('statements that are sent together', () => {
  let folder: string;
  let db: Kysely<Tables>;
  /** Statements by the turn of the thread in which they were asked. */
  let turns: string[][];

  /** libSQL's own, seen from outside: what is asked in one turn travels in one message. */
  function watched(executor: Executor): Executor {
    let turn: string[] | undefined;
    return {
      ...executor,
      execute: (statement) => {
        if (turn === undefined) {
          turns.push(turn = []);
          process.nextTick(() => { turn = undefined; });
        }
        turn.push(statement.sql.split(' ')[0] ?? '');
        return new Promise((resolve, reject) => { setImmediate(() => { executor.execute(statement).then(resolve, reject); }); });
      },
    };
  }

  const insert = (id: string, name = id) => db.insertInto('place').values({ id, name }).returning('id').compile();

  beforeEach(async () => {
    turns = [];
    folder = await mkdtemp(join(tmpdir(), 'liandong-together-'));
    const executor = watched(createInlineExecutor(join(folder, 'together.db')));
    db = new Kysely<Tables>({ dialect: createLibsqlDialect({ writer: executor, reader: executor }) });
    await db.schema.createTable('place').addColumn('id', 'text', (column) => column.primaryKey()).addColumn('name', 'text').execute();
    turns.length = 0;
  });
  afterEach(async () => {
    await db.destroy();
    await rm(folder, { recursive: true });
  });

  it('are asked for in one go inside a transaction, and answer in their order', async () => {
    const answers = await db.transaction().execute((trx) => together(trx, ['a', 'b', 'c', 'd', 'e'].map((id) => insert(id))));
    expect(answers.map(({ rows }) => rows)).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => [{ id }]));
    expect(turns).toEqual([['insert', 'insert', 'insert', 'insert', 'insert'], ['commit']]);
  });

  it('are made and sent in parts when they hold many values', async () => {
    const many = Array.from({ length: 2_000 }, (_, index) => insert(`place ${index}`));
    const answers = await db.transaction().execute((trx) => together(trx, many));
    expect(answers).toHaveLength(2_000);
    expect(turns.map((turn) => turn.length)).toEqual([...Array.from({ length: 4 }, () => 500), 1]);
  });

  it('take the commit along with the last of them', async () => {
    await db.transaction().execute((trx) => together(trx, ['a', 'b'].map((id) => insert(id)), { commits: true }));
    expect(turns).toEqual([['insert', 'insert', 'commit']]);
    expect(await db.selectFrom('place').select('id').execute()).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('leave nothing behind when one fails that was sent with the commit, or before it, and what is written next stands', async () => {
    const taken = insert('a');
    for (const statements of [[taken, taken, insert('b')], [taken, taken, ...Array.from({ length: 1_200 }, (_, index) => insert(`place ${index}`))]]) {
      await expect(db.transaction().execute((trx) => together(trx, statements, { commits: true }))).rejects.toThrow('place.id');
      expect(await db.selectFrom('place').select('id').execute()).toEqual([]);
    }
    await db.insertInto('place').values({ id: 'next', name: 'next' }).execute();
    expect(await db.selectFrom('place').select('id').execute()).toEqual([{ id: 'next' }]);
  });

  it('leave nothing behind when making one of them fails', async () => {
    function* statements() {
      for (let index = 0; index < 200; index += 1) yield insert(`place ${index}`);
      throw new Error('can not be made');
    }
    await expect(db.transaction().execute((trx) => together(trx, statements(), { commits: true }))).rejects.toThrow('can not be made');
    expect(await db.selectFrom('place').select('id').execute()).toEqual([]);
  });

  it('leave nothing behind when one fails, and say what failed first', async () => {
    const failed = db.transaction().execute((trx) => together(trx, [insert('a'), insert('a'), db.insertInto('place').values({ id: 'b', name: 'b' }).compile(), insert('b')]));
    await expect(failed).rejects.toThrow('place.id');
    expect(turns).toEqual([['insert', 'insert', 'insert', 'insert'], ['rollback']]);
    expect(await db.selectFrom('place').selectAll().execute()).toEqual([]);
  });
});
