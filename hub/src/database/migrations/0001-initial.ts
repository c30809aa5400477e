import type { Kysely } from 'kysely';

/** Areas, devices, people, rules, alerts and the change log. Portable SQL: the same on libSQL and PostgreSQL. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('area')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('level', 'text', (c) => c.notNull())
    .addColumn('parent', 'text', (c) => c.references('area.id')).addColumn('name', 'text', (c) => c.notNull()).addColumn('name_en', 'text')
    .addColumn('profile', 'text').addColumn('centre', 'text').addColumn('boundary', 'text').execute();

  await db.schema.createTable('device')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('name', 'text', (c) => c.notNull()).addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('area', 'text', (c) => c.notNull().references('area.id')).addColumn('codec', 'text', (c) => c.notNull())
    .addColumn('gateway', 'text').addColumn('external_id', 'text').addColumn('payload_codec', 'text').addColumn('topic_prefix', 'text')
    .addColumn('location', 'text').addColumn('install', 'text').addColumn('reporting_interval_s', 'integer', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull()).addColumn('last_seen_at', 'bigint').addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('secret_hash', 'text', (c) => c.notNull()).addColumn('mosquitto_hash', 'text', (c) => c.notNull()).execute();
  await db.schema.createIndex('device_area').on('device').column('area').execute();
  await db.schema.createTable('device_tombstone')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('area', 'text', (c) => c.notNull()).addColumn('deleted_at', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createTable('device_refusal')
    .addColumn('device', 'text', (c) => c.notNull()).addColumn('reason', 'text', (c) => c.notNull()).addColumn('count', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('device_refusal_key', ['device', 'reason']).execute();
  await db.schema.createTable('device_refusal_last')
    .addColumn('device', 'text', (c) => c.primaryKey()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('detail', 'text').addColumn('topic', 'text', (c) => c.notNull()).addColumn('payload', 'text', (c) => c.notNull()).execute();

  await db.schema.createTable('user')
    .addColumn('username', 'text', (c) => c.primaryKey()).addColumn('name', 'text', (c) => c.notNull()).addColumn('role', 'text', (c) => c.notNull())
    .addColumn('area', 'text', (c) => c.references('area.id')).addColumn('password_hash', 'text', (c) => c.notNull()).addColumn('created_at', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createTable('token')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('kind', 'text', (c) => c.notNull()).addColumn('name', 'text', (c) => c.notNull())
    .addColumn('username', 'text').addColumn('role', 'text', (c) => c.notNull()).addColumn('area', 'text', (c) => c.references('area.id'))
    .addColumn('token_hash', 'text', (c) => c.notNull().unique()).addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull()).addColumn('expires_at', 'bigint').execute();
  await db.schema.createTable('audit')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('by', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull()).addColumn('target', 'text', (c) => c.notNull()).addColumn('detail', 'text').execute();

  await db.schema.createTable('rule')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('body', 'text', (c) => c.notNull()).addColumn('enabled', 'integer', (c) => c.notNull()).execute();
  await db.schema.createTable('alert')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('rule_id', 'text', (c) => c.notNull()).addColumn('device_id', 'text')
    .addColumn('area', 'text', (c) => c.notNull()).addColumn('kind', 'text', (c) => c.notNull()).addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('tier', 'text', (c) => c.notNull()).addColumn('active', 'integer', (c) => c.notNull()).addColumn('acked', 'integer', (c) => c.notNull())
    .addColumn('shelved_until', 'bigint').addColumn('raised_at', 'bigint', (c) => c.notNull()).addColumn('last_at', 'bigint', (c) => c.notNull())
    .addColumn('count', 'integer', (c) => c.notNull()).addColumn('value', 'double precision').addColumn('threshold', 'double precision')
    .addColumn('message', 'text', (c) => c.notNull()).addColumn('acked_by', 'text').addColumn('acked_at', 'bigint').addColumn('cleared_at', 'bigint')
    .addColumn('group_id', 'text').addColumn('case_id', 'text').addColumn('seq', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createIndex('alert_one_active').on('alert').columns(['rule_id', 'device_id']).unique().where('active' as never, '=', 1).execute();
  await db.schema.createIndex('alert_raised').on('alert').column('raised_at').execute();
  await db.schema.createTable('alert_timeline')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement()).addColumn('alert_id', 'text', (c) => c.notNull().references('alert.id'))
    .addColumn('at', 'bigint', (c) => c.notNull()).addColumn('change', 'text', (c) => c.notNull()).addColumn('by', 'text')
    .addColumn('severity', 'text').addColumn('value', 'double precision').addColumn('note', 'text').execute();
  await db.schema.createIndex('alert_timeline_alert').on('alert_timeline').column('alert_id').execute();
  await db.schema.createTable('rule_state')
    .addColumn('rule_id', 'text', (c) => c.notNull()).addColumn('device_id', 'text', (c) => c.notNull()).addColumn('state', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('rule_state_key', ['rule_id', 'device_id']).execute();

  await db.schema.createTable('change')
    .addColumn('seq', 'integer', (c) => c.primaryKey().autoIncrement()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('entity', 'text', (c) => c.notNull()).addColumn('area', 'text', (c) => c.notNull()).addColumn('moved_to', 'text').addColumn('body', 'text', (c) => c.notNull()).execute();
  await db.schema.createIndex('change_at').on('change').column('at').execute();
  await db.schema.createTable('reader').addColumn('name', 'text', (c) => c.primaryKey()).addColumn('position', 'bigint', (c) => c.notNull()).execute();
}
