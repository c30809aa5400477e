import { sql, type Kysely } from 'kysely';

/** Alerts that stand at their edges while their devices are out of service: which come back when that is over, and which were told to nobody. Of the former there are few among all that edges ever raised. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('edge_alert').addColumn('withheld_at', 'bigint').execute();
  await sql`create index edge_alert_withheld on edge_alert (withheld_at) where withheld_at is not null`.execute(db);
  await db.schema.alterTable('alert').addColumn('withheld', 'integer', (c) => c.notNull().defaultTo(0)).execute();
}
