import { RuleSchema, type Rule } from '@liandong/protocols';
import { Value } from 'typebox/value';
import type { Db } from '../database/database.js';
import { StartError } from '../problem.js';
import { DEFAULT_RULES } from './default-rules.js';

/** Puts the default rules in force on a new hub: only when there is no rule at all. */
export async function seedDefaultRules(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const any = await trx.selectFrom('rule').select('id').limit(1).executeTakeFirst();
    if (any !== undefined) return;
    await trx.insertInto('rule').values(DEFAULT_RULES.map((rule) => ({ id: rule.id, body: JSON.stringify(rule), enabled: rule.enabled ? 1 : 0 }))).execute();
  });
}

/** All rules, by id. Throws StartError for a row that isn't a rule. */
export async function loadRules(db: Db): Promise<Rule[]> {
  const rows = await db.selectFrom('rule').selectAll().orderBy('id').execute();
  return rows.map(({ id, body, enabled }) => parseRule(id, body, enabled === 1));
}

/** @throws StartError */
export function parseRule(id: string, body: string, enabled: boolean): Rule {
  const rule: unknown = JSON.parse(body);
  if (!Value.Check(RuleSchema, rule)) throw new StartError(`Rule ${id} in the database of DATA_DIR is not valid; was it changed by hand, or by a newer Liandong?`);
  return { ...rule, enabled };
}
