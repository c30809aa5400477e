import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import LibsqlDatabase from 'libsql';
import { migrate } from './migrate.js';
import type { Database } from './schema.js';

export type Db = Kysely<Database>;

/**
 * Opens the libSQL file and brings it to the newest schema.
 * Every commit is synced: an acknowledged alert must survive a power cut.
 * @throws StartError when the file was made by a newer Liandong.
 */
export async function openDatabase(path: string): Promise<Db> {
  const file = new LibsqlDatabase(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  file.pragma('busy_timeout = 5000');
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: withKnownStatements(file) }) });
  try {
    await migrate(db, { place: 'data folder', setting: 'DATA_DIR' });
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** Statements kept ready: those of every alert are the same few, and a batch of another size is another one. */
const KNOWN_STATEMENTS = 200;

/** Preparing costs as much as running; the least lately used goes first. */
function withKnownStatements(file: LibsqlDatabase.Database): SqliteDatabase {
  const known = new Map<string, SqliteStatement>();
  return {
    close: () => { file.close(); },
    prepare(sql) {
      const statement = known.get(sql) ?? file.prepare(sql);
      known.delete(sql);
      known.set(sql, statement);
      const [oldest] = known.size > KNOWN_STATEMENTS ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      return statement;
    },
  };
}
