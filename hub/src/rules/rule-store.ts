import { RuleSchema, type EpochMs, type Rule, type RuleVersion } from '@liandong/protocols';
import type { Selectable, Transaction } from 'kysely';
import { Compile } from 'typebox/compile';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { StartError } from '../problem.js';
import { DEFAULT_RULES } from './default-rules.js';

const isRule = Compile(RuleSchema);
/** Versions of one rule that are answered. */
const VERSIONS = 200;

/** Puts the default rules in force on a new hub: only when there never was a rule. */
export async function seedDefaultRules(db: Db, at: EpochMs): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const any = await trx.selectFrom('rule').select('id').limit(1).executeTakeFirst() ?? await trx.selectFrom('rule_version').select('rule_id').limit(1).executeTakeFirst();
    if (any !== undefined) return;
    for (const rule of DEFAULT_RULES) await writeRule(trx, rule, { at, by: 'hub' });
  });
}

/** All rules, by id. Throws StartError for a row that isn't a rule. */
export async function loadRules(db: Db): Promise<Rule[]> {
  const rows = await db.selectFrom('rule').selectAll().orderBy('id').execute();
  return rows.map(toRule);
}

/** @throws StartError */
export function toRule({ id, body, enabled, version, updated_at: updatedAt, updated_by: updatedBy }: Selectable<Database['rule']>): Rule {
  const rule: unknown = JSON.parse(body);
  if (!isRule.Check(rule)) throw new StartError(`Rule ${id} in the database of DATA_DIR is not valid; was it changed by hand, or by a newer Liandong?`);
  return { ...rule, enabled: enabled === 1, version, updatedAt, updatedBy };
}

/** Writes the next version of the rule, or its first. Versions go on where a deleted rule of the same id left off. */
export async function writeRule(trx: Transaction<Database>, rule: Rule, { at, by }: { at: EpochMs; by: string }): Promise<Rule> {
  const bare: Rule = { ...rule };
  for (const name of ['version', 'updatedAt', 'updatedBy'] as const) delete bare[name];
  const isNew = await trx.selectFrom('rule').select('id').where('id', '=', rule.id).executeTakeFirst() === undefined;
  const version = await nextVersion(trx, rule.id);
  const body = JSON.stringify(bare);
  const row = { body, enabled: rule.enabled ? 1 : 0, version, updated_at: at, updated_by: by };
  await trx.insertInto('rule').values({ id: rule.id, ...row }).onConflict((conflict) => conflict.column('id').doUpdateSet(row)).execute();
  await trx.insertInto('rule_version').values({ rule_id: rule.id, version, at, by, change: isNew ? 'created' : 'changed', body }).execute();
  return { ...bare, version, updatedAt: at, updatedBy: by };
}

/** Answers the version under which it stands in the history as deleted. */
export async function eraseRule(trx: Transaction<Database>, id: string, { at, by }: { at: EpochMs; by: string }): Promise<number> {
  const version = await nextVersion(trx, id);
  await trx.deleteFrom('rule').where('id', '=', id).execute();
  await trx.insertInto('rule_version').values({ rule_id: id, version, at, by, change: 'deleted', body: null }).execute();
  return version;
}

/** Newest first, the newest 200. */
export async function versionsOf(db: Db, id: string): Promise<RuleVersion[]> {
  const rows = await db.selectFrom('rule_version').selectAll().where('rule_id', '=', id).orderBy('version', 'desc').limit(VERSIONS).execute();
  return rows.map(({ version, at, by, change, body }) => ({
    version, at, by, change, ...(body === null ? {} : { rule: { ...JSON.parse(body) as Rule, version, updatedAt: at, updatedBy: by } }), // written by writeRule, or by the migration that rewrote it
  }));
}

/** One version as it was written; undefined when it is not there, or says that the rule was deleted. */
export async function ruleAt(db: Db, id: string, version: number): Promise<Rule | undefined> {
  const row = await db.selectFrom('rule_version').select('body').where('rule_id', '=', id).where('version', '=', version).executeTakeFirst();
  return row === undefined || row.body === null ? undefined : JSON.parse(row.body) as Rule; // as in versionsOf
}

async function nextVersion(trx: Transaction<Database>, id: string): Promise<number> {
  const last = await trx.selectFrom('rule_version').select((e) => e.fn.max('version').as('version')).where('rule_id', '=', id).executeTakeFirst();
  const current = await trx.selectFrom('rule').select('version').where('id', '=', id).executeTakeFirst();
  return Math.max(last?.version ?? 0, current?.version ?? 0) + 1;
}
