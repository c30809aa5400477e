import type { Kysely } from 'kysely';

/**
 * What a city keeps: the hubs it pulls from, how far each pull has come, and the alerts that reached its tier. Aggregates lie in the same table as on a hub; `source_revision` is the revision
 * the hub gave. On a hub: alerts of the city's tier in the order of their changes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('alert_tier_seq').on('alert').columns(['tier', 'seq']).execute();
  await db.schema.alterTable('aggregate').addColumn('source_revision', 'integer').execute();
  await db.schema.createTable('city_hub')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('name', 'text').addColumn('url', 'text', (c) => c.notNull()).addColumn('token', 'text', (c) => c.notNull()).addColumn('ca_file', 'text')
    .addColumn('detail', 'text', (c) => c.notNull()).addColumn('enabled', 'integer', (c) => c.notNull()).addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('heard_at', 'bigint').addColumn('skew_ms', 'bigint').addColumn('watermark', 'bigint').execute();
  await db.schema.createTable('city_stream')
    .addColumn('hub', 'text', (c) => c.notNull().references('city_hub.id').onDelete('cascade')).addColumn('stream', 'text', (c) => c.notNull()).addColumn('cursor', 'text')
    .addColumn('restating', 'integer', (c) => c.notNull()).addPrimaryKeyConstraint('city_stream_key', ['hub', 'stream']).execute();
  await db.schema.createTable('city_area')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('hub', 'text', (c) => c.notNull().references('city_hub.id').onDelete('cascade')).addColumn('devices', 'integer', (c) => c.notNull())
    .addColumn('online', 'integer', (c) => c.notNull()).addColumn('last_data_at', 'bigint').addColumn('metrics', 'text', (c) => c.notNull()).execute();
  await db.schema.createTable('city_alert')
    .addColumn('id', 'text', (c) => c.notNull()).addColumn('hub', 'text', (c) => c.notNull().references('city_hub.id').onDelete('cascade')).addColumn('seq', 'bigint', (c) => c.notNull().unique())
    .addColumn('area', 'text', (c) => c.notNull()).addColumn('active', 'integer', (c) => c.notNull()).addColumn('acked', 'integer', (c) => c.notNull()).addColumn('cleared_at', 'bigint')
    .addColumn('round', 'integer', (c) => c.notNull()).addColumn('body', 'text', (c) => c.notNull()).addPrimaryKeyConstraint('city_alert_key', ['hub', 'id']).execute();
  await db.schema.createIndex('city_alert_active').on('city_alert').columns(['active', 'hub']).execute();
  await db.schema.createTable('city_state').addColumn('id', 'integer', (c) => c.primaryKey()).addColumn('log', 'text', (c) => c.notNull()).addColumn('alert_seq', 'bigint', (c) => c.notNull()).execute();
}
