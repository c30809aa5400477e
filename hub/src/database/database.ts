import { Kysely, SqliteAdapter } from 'kysely';
import { createInlineExecutor } from './libsql/inline-executor.js';
import { createLibsqlDialect } from './libsql/libsql-dialect.js';
import type { Executors } from './libsql/libsql-driver.js';
import { startThreadExecutor } from './libsql/thread-executor.js';
import { migrate } from './migrate.js';
import type { Database } from './schema.js';

export type Db = Kysely<Database>;

export interface DatabaseThreads {
  /** Called once when a thread ended by itself: nothing goes on without the database. */
  readonly onDeath: (error: Error) => void;
}

/** No other process writes to it: the data folder's lock is on its file. */
export const isOursAlone = (db: Db): boolean => db.getExecutor().adapter instanceof SqliteAdapter;

/**
 * Opens the libSQL file and brings it to the newest schema. With `threads` one thread writes and another one reads, so that the calling thread never waits for
 * the disk; without, everything runs on the calling thread, which is for tests and short programs.
 * @throws StartError when the file was made by a newer Liandong.
 */
export async function openDatabase(path: string, threads?: DatabaseThreads): Promise<Db> {
  const db = new Kysely<Database>({ dialect: createLibsqlDialect(await openExecutors(path, threads)) });
  try {
    await migrate(db, { place: 'data folder', setting: 'DATA_DIR' });
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
