import type { Seq } from '@liandong/protocols';
import type { CompiledQuery } from 'kysely';
import type { Db } from './database.js';
import { rowsStatement } from './rows-statement.js';
import type { Database } from './schema.js';

/** Up to where a reader whose effects are in this database has come; undefined before it first wrote that. */
export async function readPosition(db: Db, name: string): Promise<Seq | undefined> {
  const row = await db.selectFrom('reader').select('position').where('name', '=', name).executeTakeFirst();
  return row?.position;
}

/** The statement that writes where readers stand. */
export const movingReaders = rowsStatement((db: Db, rows: readonly Database['reader'][]): CompiledQuery => db.insertInto('reader').values(rows)
  .onConflict((conflict) => conflict.column('name').doUpdateSet((e) => ({ position: e.ref('excluded.position') }))).compile());
