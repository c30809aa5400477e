import type { Kysely } from 'kysely';

/** HA1 of HTTP digest for devices that post over HTTP: it can't be derived from the secret's hash. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('device_digest')
    .addColumn('device', 'text', (c) => c.primaryKey().references('device.id').onDelete('cascade'))
    .addColumn('md5', 'text', (c) => c.notNull()).addColumn('sha256', 'text', (c) => c.notNull()).execute();
}
