import type { Kysely } from 'kysely';

/** Who saved shifts and the calendar last, so that somebody who opened an older one does not take that back. Shifts from before count as their first version, by nobody known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('shift').addColumn('version', 'integer', (c) => c.notNull().defaultTo(1)).execute();
  await db.schema.alterTable('shift').addColumn('updated_at', 'bigint').execute();
  await db.schema.alterTable('shift').addColumn('updated_by', 'text').execute();
  await db.schema.createTable('calendar_version')
    .addColumn('version', 'integer', (c) => c.primaryKey()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('by', 'text', (c) => c.notNull()).execute();
}
