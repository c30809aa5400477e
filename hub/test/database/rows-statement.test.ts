import { DummyDriver, Kysely, PostgresAdapter, PostgresQueryCompiler, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { inParts, rowsStatement } from '../../src/database/rows-statement.js';

interface Tables { place: { id: string; name: string | null; size: number } }
const made: string[] = [];
const insert = (db: Kysely<Tables>, rows: readonly Tables['place'][]): CompiledQuery => {
  made.push('made');
  return db.insertInto('place').values(rows).onConflict((conflict) => conflict.column('id').doUpdateSet((e) => ({ name: e.ref('excluded.name') }))).compile();
};
const on = (name: 'libSQL' | 'PostgreSQL') => new Kysely<Tables>({
  dialect: {
    createDriver: () => new DummyDriver(), createIntrospector: (db) => new SqliteIntrospector(db),
    createAdapter: () => name === 'libSQL' ? new SqliteAdapter() : new PostgresAdapter(), createQueryCompiler: () => name === 'libSQL' ? new SqliteQueryCompiler() : new PostgresQueryCompiler(),
  },
});
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ id: `p${from + index}`, name: index % 2 === 0 ? null : 'x', size: from + index }));

describe('a statement that writes rows', () => {
  it('is as Kysely makes it, in every size and on both databases, and made once for each', () => {
    const statement = rowsStatement(insert);
    for (const db of [on('libSQL'), on('PostgreSQL')]) {
      for (const [count, from] of [[1, 0], [3, 10], [1, 20], [3, 30], [2, 40]] as const) {
        const { sql, parameters } = insert(db, rows(count, from));
        expect(statement(db, rows(count, from))).toMatchObject({ sql, parameters });
      }
      made.length = 0;
      statement(db, rows(3, 50));
      expect(made).toEqual([]);
    }
  });

  it('is not taken from what was made of other columns, or where not every value is a parameter', () => {
    const fixed = rowsStatement((db: Kysely<Tables>, given: readonly { id: string; name: string }[]) => db.insertInto('place').values(given.map((row) => ({ ...row, size: 1 }))).compile());
    const db = on('libSQL');
    for (const id of ['a', 'b']) expect(fixed(db, [{ id, name: id }]).parameters).toEqual([id, id, 1]);
  });
});

it('rows go in runs of few sizes, all of them and in their order', () => {
  for (const count of [0, 1, 2, 3, 42, 63, 64, 65, 127, 128, 1_000]) {
    const parts = [...inParts(rows(count))];
    expect(parts.flat()).toEqual(rows(count));
    expect(parts.map(({ length }) => length).every((size) => [64, 32, 16, 8, 4, 2, 1].includes(size))).toBe(true);
    expect(parts.length).toBeLessThanOrEqual(Math.floor(count / 64) + 6);
  }
});
