import type { Kysely } from 'kysely';

/** Channels, the outbox, and what the notifier knows of alerts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('channel')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('type', 'text', (c) => c.notNull()).addColumn('name', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull()).addColumn('area', 'text', (c) => c.references('area.id')).addColumn('min_severity', 'text', (c) => c.notNull())
    .addColumn('tiers', 'text', (c) => c.notNull()).addColumn('events', 'text', (c) => c.notNull()).addColumn('lang', 'text', (c) => c.notNull())
    .addColumn('url', 'text').addColumn('secret', 'text').addColumn('recipients', 'text').addColumn('allow_private', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull()).addColumn('last_sent_at', 'bigint').addColumn('last_error', 'text').addColumn('last_error_at', 'bigint').execute();

  await db.schema.createTable('notice_alert')
    .addColumn('alert_id', 'text', (c) => c.primaryKey()).addColumn('severity', 'text', (c) => c.notNull()).addColumn('tier', 'text', (c) => c.notNull())
    .addColumn('active', 'integer', (c) => c.notNull()).addColumn('held', 'integer', (c) => c.notNull().defaultTo(0)).addColumn('occurrence', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createIndex('notice_alert_active').on('notice_alert').columns(['active', 'at']).execute();

  await db.schema.createTable('outbox')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement()).addColumn('key', 'text', (c) => c.notNull().unique()).addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('alert_id', 'text', (c) => c.notNull()).addColumn('occurrence', 'integer', (c) => c.notNull()).addColumn('event', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull()).addColumn('tier', 'text', (c) => c.notNull()).addColumn('state', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull()).addColumn('next_at', 'bigint', (c) => c.notNull()).addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('sent_at', 'bigint').addColumn('error', 'text').addColumn('digest', 'text').addColumn('body', 'text').execute();
  await db.schema.createIndex('outbox_alert').on('outbox').columns(['alert_id', 'channel', 'state', 'id']).execute();
  await db.schema.createIndex('outbox_channel').on('outbox').columns(['channel', 'id']).execute();
  await db.schema.createIndex('outbox_digest').on('outbox').columns(['channel', 'state', 'digest']).execute();
  await db.schema.createIndex('outbox_state').on('outbox').columns(['state', 'at']).execute();
}
