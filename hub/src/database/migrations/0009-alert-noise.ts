import type { Kysely } from 'kysely';

/** Maintenance windows; the other alert of a timeline entry; and what finds the last alerts of a rule and device, those that just cleared, and shelves that end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('maintenance')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('area', 'text').addColumn('devices', 'text')
    .addColumn('starts_at', 'bigint', (c) => c.notNull()).addColumn('ends_at', 'bigint', (c) => c.notNull()).addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('ended_at', 'bigint').execute();
  await db.schema.createIndex('maintenance_ends').on('maintenance').column('ends_at').execute();
  await db.schema.alterTable('alert_timeline').addColumn('ref', 'text').execute();
  await db.schema.createIndex('alert_alarm').on('alert').columns(['rule_id', 'device_id', 'id']).execute();
  await db.schema.createIndex('alert_cleared').on('alert').column('cleared_at').execute();
  await db.schema.createIndex('alert_shelved').on('alert').column('shelved_until').execute();
}
