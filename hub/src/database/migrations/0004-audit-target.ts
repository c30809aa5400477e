import type { Kysely } from 'kysely';

/** A device's page reads the latest audit rows of one target; the row's id is part of the index, so they come in order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('audit_target').on('audit').column('target').execute();
}
