import { Kysely, Migrator, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import LibsqlDatabase from 'libsql';
import { StartError } from '../problem.js';
import { migrations } from './migrations/index.js';
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
    await migrate(db);
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

async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const known = new Set(Object.keys(migrations));
  const stranger = await appliedMigrations(db).then((names) => names.find((name) => !known.has(name)));
  if (stranger !== undefined) {
    throw new StartError(`The data folder was written by a newer Liandong (it has migration ${stranger}). Start that version, or set DATA_DIR to another folder.`);
  }
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new StartError('The database in DATA_DIR could not be brought to the current schema.', { cause: error });
}

async function appliedMigrations(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const bookkeeping = db as unknown as Kysely<{ kysely_migration: { name: string } }>; // Kysely's own table is not part of our schema
  return (await bookkeeping.selectFrom('kysely_migration').select('name').execute()).map((row) => row.name);
}
