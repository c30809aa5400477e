import type { Alert, Tier } from '@liandong/protocols';
import { CompiledQuery, type KyselyPlugin } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAlerts } from '../../src/alerts/alert-list.js';
import { saveAlert } from '../../src/alerts/alert-rows.js';
import type { Db } from '../../src/database/database.js';
import { openTestDatabase } from '../support/databases.js';

let db: Db;
beforeEach(async () => {
  db = await openTestDatabase();
  await db.transaction().execute(async (trx) => { for (const alert of made) await saveAlert(trx, alert); });
});
afterEach(() => db.destroy());

const made = Array.from({ length: 400 }, (_, index): Alert => ({
  id: `alert-${String(index).padStart(3, '0')}`, ruleId: `r${index}`, deviceId: 'bin', area: 'east', kind: 'waste_bin', severity: 'minor', tier: index % 40 === 0 ? 'subdistrict' : 'community',
  active: true, acked: false, raisedAt: index, lastAt: index, count: 1, message: { zh: '', en: '' }, seq: index,
}));

/** How the database finds the alerts of a tier, and which. */
async function look(tier: Tier): Promise<{ plan: string; ids: string[] }> {
  const nodes: Parameters<KyselyPlugin['transformQuery']>[0][] = [];
  const { data } = await listAlerts(db.withPlugin({ transformQuery: (asked) => { nodes.push(asked); return asked.node; }, transformResult: async ({ result }) => result }), { limit: 500, tier }, { areas: undefined, now: 0 });
  const { node, queryId } = nodes.at(-1)!; // the list itself comes last
  const { sql, parameters } = db.getExecutor().compileQuery(node, queryId);
  const { rows } = await db.executeQuery(CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]));
  return { plan: rows.map((row) => (row as { detail: string }).detail).join('; '), ids: data.map(({ id }) => id) };
}

describe('the alerts of a tier', () => {
  it.each<[Tier, string]>([['city', 'alert_tier_seq'], ['subdistrict', 'alert_tier_seq'], ['community', 'alert_list']])('%s are found by the index %s: where there are few, not by a look at every alert there is', async (tier, index) => {
    const { plan, ids } = await look(tier);
    expect(plan).toContain(`USING INDEX ${index}`);
    expect(ids).toEqual(made.filter((alert) => alert.tier === tier).map(({ id }) => id).reverse());
  });
});
