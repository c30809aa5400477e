import { Migrator, type Kysely } from 'kysely';
import { StartError } from '../problem.js';
import { migrations } from './migrations/index.js';
import type { Database } from './schema.js';

/**
 * Brings a database to the newest schema.
 * @param place where it is and which setting says so, for the messages: `data folder`, `DATA_DIR`
 * @throws StartError when it was made by a newer Liandong
 */
export async function migrate(db: Kysely<Database>, { place, setting }: { place: string; setting: string }): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const known = new Set(Object.keys(migrations));
  const stranger = await appliedMigrations(db).then((names) => names.find((name) => !known.has(name)));
  if (stranger !== undefined) {
    throw new StartError(`The ${place} was written by a newer Liandong (it has migration ${stranger}). Start that version, or set ${setting} to another one.`);
  }
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new StartError(`The database that ${setting} names could not be brought to the current schema.`, { cause: error });
}

async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const bookkeeping = db as unknown as Kysely<{ kysely_migration: { name: string } }>; // Kysely's own table is not part of our schema
  return (await bookkeeping.selectFrom('kysely_migration').select('name').execute()).map((row) => row.name);
}
