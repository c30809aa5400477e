import type { Kysely } from 'kysely';

/** Rules of what must be known on the spot, though the hub is away. */
const LOCAL = ['default-bin-fire', 'default-bin-heating', 'default-gate-forced', 'default-gate-tamper'];

interface Rules { rule: { id: string; body: string } }

/** How far alerts of edges were taken over; at an edge, what it knows of its hub. The rules that edges evaluate are marked, as they are on a new hub. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('edge_alert')
    .addColumn('alert_id', 'text', (c) => c.primaryKey()).addColumn('edge', 'text', (c) => c.notNull()).addColumn('entry', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createTable('edge_state').addColumn('key', 'text', (c) => c.primaryKey()).addColumn('value', 'text', (c) => c.notNull()).execute();
  const rules = db as Kysely<Rules>; // as they are since 0006
  for (const { id, body } of await rules.selectFrom('rule').select(['id', 'body']).where('id', 'in', LOCAL).execute()) {
    await rules.updateTable('rule').set({ body: JSON.stringify({ ...JSON.parse(body) as object, local: true }) }).where('id', '=', id).execute();
  }
}
