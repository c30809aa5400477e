import type { Kysely } from 'kysely';

/** What a shift does on the calendar's holidays; null: it goes by weekdays alone, as all did. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('shift').addColumn('holidays', 'text').execute();
}
