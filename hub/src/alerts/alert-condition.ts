import { leavesOf, type Alert, type AlertCondition, type MetricKey, type Rule } from '@liandong/protocols';
import type { Db } from '../database/database.js';
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
  switch (rule.type) {
    case 'threshold': case 'range': case 'state': return { metric: rule.metric };
    case 'change': return { metric: rule.metric, direction: rule.direction, withinS: rule.withinS };
    case 'count': return { metric: rule.metric, withinS: rule.withinS, count: rule.count };
    case 'event': return { withinS: rule.withinS, count: rule.count };
    case 'noise': return { metric: 'noise' };
    // An index is made of several; fine particles are what it mostly comes from.
    case 'aqi': return { metric: 'pm2_5' };
    case 'combined': return firstOf(leavesOf(rule.when).flatMap((leaf) => leaf.type === 'event' ? [] : [leaf.metric]));
    case 'silence': return {};
  }
}

const firstOf = ([metric]: readonly MetricKey[]): Pick<AlertCondition, 'metric'> => metric === undefined ? {} : { metric };
