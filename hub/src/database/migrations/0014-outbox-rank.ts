import { sql, type Kysely } from 'kysely';
import { SEVERITIES } from '@liandong/protocols';

/** How urgent a message is, so that the worst of what waits for a slow receiver is found without sorting all of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('outbox').addColumn('rank', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  for (const [rank, severity] of SEVERITIES.entries()) await sql`update outbox set rank = ${rank} where severity = ${severity} and state = 'waiting'`.execute(db);
  await db.schema.createIndex('outbox_rank').on('outbox').columns(['channel', 'state', 'digest', 'rank', 'id']).execute();
}
