import type { Kysely } from 'kysely';

/** Shelving, assignment, inhibition, chattering and the escalation clock of alerts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ['shelved_by', 'shelve_reason', 'assignee', 'inhibited_by', 'clock'] as const) await db.schema.alterTable('alert').addColumn(column, 'text').execute();
  await db.schema.alterTable('alert').addColumn('chattering', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await db.schema.alterTable('alert').addColumn('manual_clear', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await db.schema.alterTable('alert').addColumn('rule_version', 'integer').execute();
  for (const column of ['tier', 'assignee'] as const) await db.schema.alterTable('alert_timeline').addColumn(column, 'text').execute();
  await db.schema.alterTable('alert_timeline').addColumn('until', 'bigint').execute();
}
