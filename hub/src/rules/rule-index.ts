import { DEVICE_KINDS, type DeviceKind, type MetricKey, type Rule } from '@liandong/protocols';
import { compileRule, type CompiledRule } from './compile.js';

/** The rules that concern one kind of device, by what they listen to. */
export interface KindRules {
  readonly byMetric: ReadonlyMap<MetricKey, readonly CompiledRule[]>;
  readonly byEvent: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly silence: readonly CompiledRule[];
  readonly byId: ReadonlyMap<string, CompiledRule>;
}
export type RuleIndex = ReadonlyMap<DeviceKind, KindRules>;

/** Compiles the enabled rules. A rule on another kind or metric costs a sample nothing. */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const compiled = rules.filter(({ enabled }) => enabled).map(compileRule);
  return new Map(DEVICE_KINDS.map((kind) => [kind, indexKind(compiled.filter(({ rule }) => rule.kinds.includes(kind)))]));
}

function indexKind(rules: readonly CompiledRule[]): KindRules {
  const byMetric = new Map<MetricKey, CompiledRule[]>();
  const byEvent = new Map<string, CompiledRule[]>();
  const silence: CompiledRule[] = [];
  for (const compiled of rules) {
    const { rule } = compiled;
    switch (rule.type) {
      case 'threshold': case 'state': case 'rise': push(byMetric, rule.metric, compiled); break;
      case 'event': for (const event of new Set([rule.event, ...rule.clearOn])) push(byEvent, event, compiled); break;
      case 'silence': silence.push(compiled); break;
    }
  }
  return { byMetric, byEvent, silence, byId: new Map(rules.map((compiled) => [compiled.rule.id, compiled])) };
}

function push<K>(map: Map<K, CompiledRule[]>, key: K, rule: CompiledRule): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rule]);
  else list.push(rule);
}
