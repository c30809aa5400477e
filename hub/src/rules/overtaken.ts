import type { ActiveAlert } from '../alerts/active-alerts.js';
import type { Days } from '../calendar/day-calendar.js';
import type { Db } from '../database/database.js';
import { compileRule, hearsOf, type CompiledRule } from './compile.js';
import { ruleAt } from './rule-store.js';

/** Alerts of versions of their rule that heard nothing the one in force hears: the hub went down, or a write failed, after the rule was rewritten and before they were ended. */
export async function overtakenAlerts(alerts: Iterable<ActiveAlert>, { db, days, inForce }: { db: Db; days: Days; inForce: ReadonlyMap<string, CompiledRule> }): Promise<Set<ActiveAlert>> {
  const overtaken = new Set<ActiveAlert>();
  const known = new Map<string, boolean>(); // a storm's alerts are of a few rules
  for (const active of alerts) {
    const { ruleId, ruleVersion } = active.alert;
    const rule = inForce.get(ruleId);
    if (rule === undefined || ruleVersion === undefined || ruleVersion === rule.version) continue;
    const key = `${ruleId} ${ruleVersion}`; // ids hold no space
    if (!known.has(key)) {
      const before = await ruleAt(db, ruleId, ruleVersion);
      known.set(key, before !== undefined && !hearsOf(compileRule(before, days), rule));
    }
    if (known.get(key) === true) overtaken.add(active);
  }
  return overtaken;
}
