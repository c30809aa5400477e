import type { Kysely } from 'kysely';

/** Claim codes, acceptance, gateways' discoveries, commands and desired state. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('device').addColumn('claim_hash', 'text').execute();
  // Devices made before this were made by an operator, who accepts by making.
  await db.schema.alterTable('device').addColumn('accepted', 'integer', (c) => c.notNull().defaultTo(1)).execute();
  await db.schema.alterTable('device').addColumn('claimed_at', 'bigint').execute();
  await db.schema.alterTable('device').addColumn('desired', 'text').execute();
  await db.schema.alterTable('device').addColumn('reported', 'text').execute();
  await db.schema.alterTable('device').addColumn('photo', 'text').execute();
  await db.schema.createIndex('device_claim').on('device').column('claim_hash').unique().where('claim_hash' as never, 'is not', null).execute();
  await db.schema.createIndex('device_external').on('device').columns(['gateway', 'external_id']).unique().where('gateway' as never, 'is not', null).execute();

  await db.schema.createTable('claim_attempt').addColumn('source', 'text', (c) => c.notNull()).addColumn('at', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createIndex('claim_attempt_source').on('claim_attempt').columns(['source', 'at']).execute();

  await db.schema.createTable('discovered')
    .addColumn('gateway', 'text', (c) => c.notNull().references('device.id').onDelete('cascade')).addColumn('external_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text').addColumn('model', 'text').addColumn('first_seen_at', 'bigint', (c) => c.notNull()).addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('count', 'integer', (c) => c.notNull()).addColumn('sample', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('discovered_key', ['gateway', 'external_id']).execute();

  await db.schema.createTable('command')
    .addColumn('id', 'text', (c) => c.primaryKey()).addColumn('device', 'text', (c) => c.notNull()).addColumn('type', 'text', (c) => c.notNull())
    .addColumn('data', 'text').addColumn('by', 'text', (c) => c.notNull()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull()).addColumn('answered_at', 'bigint').addColumn('error', 'text').execute();
  await db.schema.createIndex('command_device').on('command').columns(['device', 'at']).execute();
}
