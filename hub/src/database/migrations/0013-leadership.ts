import type { Kysely } from 'kysely';

/** Who leads the hubs that share one database server, and what they must have in common. A libSQL file has one process, and leaves both empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('lease')
    .addColumn('name', 'text', (c) => c.primaryKey()).addColumn('holder', 'text', (c) => c.notNull()).addColumn('address', 'text')
    .addColumn('term', 'bigint', (c) => c.notNull()).addColumn('expires_at', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createTable('shared_key').addColumn('name', 'text', (c) => c.primaryKey()).addColumn('value', 'text', (c) => c.notNull()).execute();
}
