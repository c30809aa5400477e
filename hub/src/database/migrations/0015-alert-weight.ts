import { SEVERITIES, severityRank } from '@liandong/protocols';
import { sql, type Kysely } from 'kysely';

/**
 * Where an alert stands in lists as one number, more for worse and for active ones before all that have cleared, so that a page is read where it stands in an index instead of sorting
 * them all. The columns run the same way: one comparison of rows finds where a page begins. What lists filter by is along, so that alerts left out are passed over without being looked
 * up. `active` is no column of its own there: without statistics libSQL would take this index for everything that asks for active ones.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('alert').addColumn('weight', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  for (const severity of SEVERITIES) {
    const weight = SEVERITIES.length - severityRank(severity);
    await sql`update alert set weight = ${sql.lit(weight)} + active * ${sql.lit(SEVERITIES.length)} where severity = ${severity}`.execute(db);
  }
  await db.schema.createIndex('alert_list').on('alert').columns(['weight', 'raised_at', 'id', 'area', 'device_id', 'tier', 'acked']).execute();
}
