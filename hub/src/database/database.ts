import { Kysely, Migrator } from 'kysely';
import { StartError } from '../problem.js';
import { createInlineExecutor } from './libsql/inline-executor.js';
import { createLibsqlDialect } from './libsql/libsql-dialect.js';
import type { Executors } from './libsql/libsql-driver.js';
import { startThreadExecutor } from './libsql/thread-executor.js';
import { migrations } from './migrations/index.js';
import type { Database } from './schema.js';

export type Db = Kysely<Database>;

export interface DatabaseThreads {
  /** Called once when a thread ended by itself: nothing goes on without the database. */
  readonly onDeath: (error: Error) => void;
}

/**
 * Opens the libSQL file and brings it to the newest schema. With `threads` one thread writes and another one reads, so that the calling thread never waits for
 * the disk; without, everything runs on the calling thread, which is for tests and short programs.
 * @throws StartError when the file was made by a newer Liandong.
 */
export async function openDatabase(path: string, threads?: DatabaseThreads): Promise<Db> {
  const db = new Kysely<Database>({ dialect: createLibsqlDialect(await openExecutors(path, threads)) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

async function openExecutors(path: string, threads: DatabaseThreads | undefined): Promise<Executors> {
  if (threads === undefined) {
    const executor = createInlineExecutor(path);
    return { writer: executor, reader: executor };
  }
  // The writer makes the file.
  const writer = await startThreadExecutor({ path, use: 'writes', ...threads });
  try {
    return { writer, reader: await startThreadExecutor({ path, use: 'reads', ...threads }) };
  } catch (error) {
    await writer.close();
    throw error;
  }
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
