import { familyOf, type Label, type Rule, type RulePreview, type RuleVersion } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { DeviceDirectory } from '../devices/types.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { isOwnRule, isRuleVisible, requireOwnScope } from './rule-access.js';
import { NO_CHANGES, ruleChangesOf } from './rule-changes.js';
import type { RuleChange } from './rules-in-force.js';
import { previewRule } from './rule-preview.js';
import { dependantsOf, referenceFault } from './rule-references.js';
import { senseFault } from './rule-sense.js';
import { eraseRule, loadRules, toRule, versionsOf, writeRule } from './rule-store.js';
import { withNamesOnce } from './scope.js';

/**
 * The rules, for people and programs. A rule that concerns only foreign areas or devices does not exist (RULE_NOT_FOUND). What is written is in force on every
 * device when the call returns. Writers bound to an area write rules within it: AREA_NOT_FOUND, DEVICE_NOT_FOUND, or FORBIDDEN for one that reaches beyond.
 * What a rule refers to is read in the transaction that writes it, as one writes at a time: two requests at once leave neither a ring nor a name that stands for nothing.
 */
export interface RuleService {
  /** All of them, by id. */
  list(principal: Principal): Promise<Rule[]>;
  /** Throws RULE_NOT_FOUND. */
  get(principal: Principal, id: string): Promise<Rule>;
  /** Throws RULE_EXISTS, RULE_INVALID. */
  create(principal: Principal, rule: Rule): Promise<Rule>;
  /** `rule.version`, when given, has to be the one in force. Throws RULE_NOT_FOUND, RULE_CHANGED, and RULE_INVALID unless it is only switched off. */
  replace(principal: Principal, id: string, rule: Rule): Promise<Rule>;
  /** Its active alerts clear. Throws RULE_NOT_FOUND, and RULE_INVALID when another rule would be left referring to nothing. */
  remove(principal: Principal, id: string): Promise<void>;
  /** Newest first, also of a rule that was deleted; of the versions those that concern the caller. Throws RULE_NOT_FOUND. */
  versions(principal: Principal, id: string): Promise<RuleVersion[]>;
  /** Whom the rule would concern; nothing is written. Throws what writing it would, but for RULE_EXISTS and RULE_CHANGED. */
  preview(principal: Principal, rule: Rule): Promise<RulePreview>;
  /** What it would come to, for those who try it before they save it. Throws what `preview` does. */
  candidacy(principal: Principal, rule: Rule): Promise<Candidacy>;
}

/** A rule as saving it would make it, beside what is there. */
export interface Candidacy {
  /** With the version it would have, which decides between equally near ones. */
  readonly rule: Rule;
  /** The one it would replace, where the caller may see it. */
  readonly stored: Rule | undefined;
  /** All other rules that are enabled. */
  readonly others: readonly Rule[];
}

export interface RuleServiceDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly directory: DeviceDirectory;
  /** Puts it in force; never throws. */
  readonly evaluator: { changeRule(change: RuleChange): Promise<void> };
}

export function createRuleService({ db, clock, areas, directory, evaluator }: RuleServiceDependencies): RuleService {
  const places = { areas, directory };

  function requireSense(principal: Principal, rule: Rule, all: readonly Rule[]): void {
    requireOwnScope(principal, rule, places);
    const others = all.filter(({ id }) => id !== rule.id);
    const fault = senseFault(rule) ?? referenceFault(rule, { ...places, principal, others: others.filter((other) => isRuleVisible(principal, other, places)) });
    if (fault !== undefined) throw new AppError('RULE_INVALID', fault);
  }

  /** An id can have been another area's rule before. What was deleted is what stood before that. */
  function concerns(principal: Principal, version: RuleVersion, all: readonly RuleVersion[]): boolean {
    const rule = version.rule ?? all.find((older) => older.version < version.version)?.rule;
    return principal.area === undefined || (rule !== undefined && isRuleVisible(principal, rule, places));
  }

  async function find(trx: Pick<Transaction<Database>, 'selectFrom'>, principal: Principal, id: string): Promise<Rule> {
    const row = await trx.selectFrom('rule').selectAll().where('id', '=', id).executeTakeFirst();
    const rule = row === undefined ? undefined : toRule(row);
    if (rule === undefined || !isRuleVisible(principal, rule, places)) throw new AppError('RULE_NOT_FOUND', { zh: `没有规则 ${id}。`, en: `There is no rule ${id}.` });
    return rule;
  }

  function requireOwn(principal: Principal, rule: Rule): void {
    if (!isOwnRule(principal, rule, places)) throw new AppError('FORBIDDEN', { zh: `规则 ${rule.id} 超出您的管辖范围；可以为自己的区域另立同族的一条。`, en: `Rule ${rule.id} reaches beyond ${principal.area ?? 'your area'}; make one of the same family for your own.` });
  }

  async function weigh(principal: Principal, asked: Rule): Promise<Candidacy> {
    const rule = withNamesOnce(asked);
    const all = await loadRules(db);
    requireSense(principal, rule, all);
    const stored = all.find(({ id }) => id === rule.id);
    return {
      rule: { ...rule, version: (stored?.version ?? 0) + 1 }, stored: stored !== undefined && isRuleVisible(principal, stored, places) ? stored : undefined,
      others: all.filter((other) => other.enabled && other.id !== rule.id),
    };
  }

  async function write(trx: Transaction<Database>, principal: Principal, rule: Rule, audit: { action: string; detail: string }): Promise<Rule> {
    const at = clock.now();
    const written = await writeRule(trx, rule, { at, by: principal.name });
    await insertAudit(trx, at, [{ by: principal.name, target: rule.id, ...audit }]);
    return written;
  }

  async function putInForce(rule: Rule): Promise<Rule> {
    await evaluator.changeRule({ id: rule.id, version: rule.version ?? 1, rule });
    return rule;
  }

  return {
    async list(principal) {
      requirePermission(principal, 'rule:read');
      return (await loadRules(db)).filter((rule) => isRuleVisible(principal, rule, places));
    },

    async get(principal, id) {
      requirePermission(principal, 'rule:read');
      return find(db, principal, id);
    },

    async create(principal, asked) {
      requirePermission(principal, 'rule:write');
      const rule = withNamesOnce(asked);
      return putInForce(await db.transaction().execute(async (trx) => {
        requireSense(principal, rule, await loadRules(trx));
        const taken = await trx.selectFrom('rule').select('id').where('id', '=', rule.id).executeTakeFirst();
        if (taken !== undefined) throw new AppError('RULE_EXISTS', { zh: `编号 ${rule.id} 已有规则在用。`, en: `There is a rule ${rule.id} already.` });
        return write(trx, principal, rule, { action: 'rule.created', detail: `${rule.type} on ${rule.kinds.join(', ')}` });
      }));
    },

    async replace(principal, id, asked) {
      requirePermission(principal, 'rule:write');
      const rule = withNamesOnce(asked);
      if (rule.id !== id) throw new AppError('RULE_INVALID', { zh: `规则的编号不能改：原来是 ${id}，提交的是 ${rule.id}。`, en: `id is ${rule.id} in the body and ${id} in the address; a rule keeps its id.` });
      return putInForce(await db.transaction().execute(async (trx) => {
        const before = await find(trx, principal, id); // before anything is said about its body
        if (!isSwitchedOff(before, rule)) requireSense(principal, rule, await loadRules(trx));
        requireOwn(principal, before);
        if (rule.version !== undefined && rule.version !== before.version) throw new AppError('RULE_CHANGED', { zh: `现在生效的是 ${before.updatedBy} 改的第 ${before.version} 版，不是第 ${rule.version} 版。`, en: `Version ${before.version} of ${before.updatedBy} is in force, not ${rule.version}.` });
        return write(trx, principal, rule, { action: 'rule.changed', detail: ruleChangesOf(before, rule) });
      }));
    },

    async remove(principal, id) {
      requirePermission(principal, 'rule:write');
      const version = await db.transaction().execute(async (trx) => {
        const rule = await find(trx, principal, id);
        requireOwn(principal, rule);
        const dependants = dependantsOf(rule, (await loadRules(trx)).filter((other) => other.id !== id));
        if (dependants.length > 0) throw new AppError('RULE_INVALID', stillNamed(dependants.find((other) => isRuleVisible(principal, other, places))));
        const at = clock.now();
        await insertAudit(trx, at, [{ by: principal.name, action: 'rule.deleted', target: id, detail: `${rule.type}, version ${rule.version}` }]);
        return eraseRule(trx, id, { at, by: principal.name });
      });
      await evaluator.changeRule({ id, version, rule: undefined });
    },

    async versions(principal, id) {
      requirePermission(principal, 'rule:read');
      const versions = await versionsOf(db, id);
      const [latest] = versions;
      if (latest === undefined || !concerns(principal, latest, versions)) throw new AppError('RULE_NOT_FOUND', { zh: `没有规则 ${id}。`, en: `There is no rule ${id}.` });
      return versions.filter((version) => concerns(principal, version, versions));
    },

    async preview(principal, rule) {
      requirePermission(principal, 'rule:write');
      const { rule: saved, others } = await weigh(principal, rule);
      return previewRule(saved, others.filter((other) => familyOf(other) === familyOf(rule)), { principal, ...places });
    },

    async candidacy(principal, rule) {
      requirePermission(principal, 'rule:write');
      return weigh(principal, rule);
    },
  };
}

/** Nothing else is changed: that is always allowed, also when a device it names is gone meanwhile, or when rules are checked more strictly than when it was written. */
const isSwitchedOff = (before: Rule, after: Rule): boolean => !after.enabled && ruleChangesOf({ ...before, enabled: false }, after) === NO_CHANGES;

/** One that the caller may not see is not named. */
function stillNamed(dependant: Rule | undefined): Label {
  if (dependant === undefined) return { zh: '别的区域有规则以它为抑制来源，请上级管理员先改那一条。', en: 'A rule of another area names it in inhibitedBy; ask whoever looks after both areas.' };
  return { zh: `规则 ${dependant.id} 以它为抑制来源，请先改那一条。`, en: `Rule ${dependant.id} names it in inhibitedBy; change that one first.` };
}
