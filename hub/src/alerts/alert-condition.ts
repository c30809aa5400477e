import type { Alert, AlertCondition, Rule } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { metricsOf } from '../rules/compile.js';
import { ruleAt, toRule, versionsOf } from '../rules/rule-store.js';

/** What the alert rests on, by the version of its rule that raised it; an edge keeps no versions, so there by the rule in force. Whoever may see an alert may know it: its message says no less. */
export async function conditionOf(db: Db, alert: Pick<Alert, 'ruleId' | 'ruleVersion'>): Promise<AlertCondition | undefined> {
  const rule = await ruleOf(db, alert);
  return rule === undefined ? undefined : { type: rule.type, ...watchedBy(rule) };
}

async function ruleOf(db: Db, { ruleId, ruleVersion }: Pick<Alert, 'ruleId' | 'ruleVersion'>): Promise<Rule | undefined> {
  const raising = ruleVersion === undefined ? undefined : await ruleAt(db, ruleId, ruleVersion);
  if (raising !== undefined) return raising;
  const row = await db.selectFrom('rule').selectAll().where('id', '=', ruleId).executeTakeFirst();
  return row === undefined ? (await versionsOf(db, ruleId)).find(({ rule }) => rule !== undefined)?.rule : toRule(row);
}

function watchedBy(rule: Rule): Omit<AlertCondition, 'type'> {
  // An index is made of several; fine particles are what it mostly comes from.
  const [metric] = rule.type === 'aqi' ? (['pm2_5'] as const) : metricsOf(rule);
  const watched = metric === undefined ? {} : { metric };
  switch (rule.type) {
    case 'change': return { ...watched, direction: rule.direction, withinS: rule.withinS };
    case 'count': case 'event': return { ...watched, withinS: rule.withinS, count: rule.count };
    default: return watched;
  }
}
