import type { Rule } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { loadRules, parseRule } from './rule-store.js';

/** The rules in force, for people and programs. */
export interface RuleService {
  /** All of them, by id. */
  list(principal: Principal): Promise<Rule[]>;
  /** Throws RULE_NOT_FOUND. */
  get(principal: Principal, id: string): Promise<Rule>;
}

export function createRuleService({ db }: { db: Db }): RuleService {
  return {
    async list(principal) {
      requirePermission(principal, 'rule:read');
      return loadRules(db);
    },
    async get(principal, id) {
      requirePermission(principal, 'rule:read');
      const row = await db.selectFrom('rule').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new AppError('RULE_NOT_FOUND');
      return parseRule(row.id, row.body, row.enabled === 1);
    },
  };
}
