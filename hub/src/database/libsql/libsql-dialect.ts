import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Dialect } from 'kysely';
import { LibsqlDriver, type Executors } from './libsql-driver.js';

/** Kysely over libSQL, wherever its statements run. */
export function createLibsqlDialect(executors: Executors): Dialect {
  return {
    createDriver: () => new LibsqlDriver(executors),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}
