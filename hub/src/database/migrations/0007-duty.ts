import type { Kysely } from 'kysely';

/** Escalation policies and shifts; and what reports over alerts read in order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('escalation_policy')
    .addColumn('area', 'text', (c) => c.notNull().references('area.id')).addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('body', 'text').addColumn('at', 'bigint', (c) => c.notNull()).addColumn('by', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('escalation_policy_key', ['area', 'version']).execute();
  await db.schema.createTable('shift')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('name', 'text', (c) => c.notNull()).addColumn('tier', 'text', (c) => c.notNull())
    .addColumn('area', 'text', (c) => c.notNull().references('area.id')).addColumn('weekdays', 'text', (c) => c.notNull())
    .addColumn('starts', 'text', (c) => c.notNull()).addColumn('ends', 'text', (c) => c.notNull()).addColumn('users', 'text', (c) => c.notNull())
    .addColumn('valid_from', 'bigint').addColumn('valid_to', 'bigint').execute();

  // Reports page through both by time; a storm puts thousands of alerts into one millisecond, so the id belongs to the order.
  await db.schema.dropIndex('alert_raised').execute();
  await db.schema.createIndex('alert_raised_id').on('alert').columns(['raised_at', 'id']).execute();
  await db.schema.createIndex('alert_timeline_at').on('alert_timeline').columns(['at', 'id']).execute();
}
