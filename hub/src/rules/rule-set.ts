import type { MetricKey } from '@liandong/protocols';
import { push } from '../push.js';
import type { CompiledRule } from './compile.js';
import { criticalRulesOf, type CriticalRules } from './critical-rules.js';

/** The rules in force on a device, by what they listen to. Shared by all devices on which the same are in force. */
export interface RuleSet {
  readonly byMetric: ReadonlyMap<MetricKey, readonly CompiledRule[]>;
  readonly byEvent: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly silence: readonly CompiledRule[];
  readonly byId: ReadonlyMap<string, CompiledRule>;
  /** Undefined: none of them can be critical by what is received. */
  readonly critical: CriticalRules | undefined;
}

export const NO_RULES: RuleSet = { byMetric: new Map(), byEvent: new Map(), silence: [], byId: new Map(), critical: undefined };

export function ruleSetOf(rules: readonly CompiledRule[]): RuleSet {
  const byMetric = new Map<MetricKey, CompiledRule[]>();
  const byEvent = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    for (const metric of rule.metrics) push(byMetric, metric, rule);
    for (const event of rule.events) push(byEvent, event, rule);
  }
  return { byMetric, byEvent, silence: rules.filter(({ silenceS }) => silenceS !== undefined), byId: new Map(rules.map((rule) => [rule.rule.id, rule])), critical: criticalRulesOf(rules) };
}
