import type { Rule } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Days } from '../calendar/day-calendar.js';
import type { DeviceEntry } from '../devices/types.js';
import { compileRule, type CompiledRule } from './compile.js';
import { RuleIndex } from './rule-index.js';
import type { RuleSet } from './rule-set.js';

/** A rule as it is now; undefined: it was deleted. */
export type RuleChange = { readonly id: string; readonly version: number; readonly rule: Rule | undefined };

/** The enabled rules, compiled once per version, and where they are in force. What is changed takes effect with the next `renew`. */
export class RulesInForce {
  readonly #compiled = new Map<string, CompiledRule>();
  readonly #versions = new Map<string, number>();
  #index: RuleIndex;
  readonly #changed = new Map<string, RuleChange>();
  #areMoved = false;

  constructor(private readonly dependencies: { areas: Pick<AreaTree, 'lineage'>; days: Days }) {
    this.#index = new RuleIndex([], dependencies.areas);
  }

  get compiled(): ReadonlyMap<string, CompiledRule> { return this.#compiled; }

  /** The rules in force on this device. */
  on(entry: DeviceEntry): RuleSet { return this.#index.rulesFor(entry); }

  /** All rules there are, at once. */
  use(rules: readonly Rule[]): void {
    this.#compiled.clear();
    this.#versions.clear();
    this.#changed.clear();
    for (const rule of rules) this.#compile({ id: rule.id, version: rule.version ?? 1, rule });
    this.#index = new RuleIndex(this.#compiled.values(), this.dependencies.areas);
  }

  /** An older version than the one in force is passed over. */
  change(change: RuleChange): void {
    const newest = this.#changed.get(change.id)?.version ?? this.#versions.get(change.id) ?? 0;
    if (change.version > newest) this.#changed.set(change.id, change);
  }

  /** An area came, or a community has another profile: rules may be in force elsewhere. */
  move(): void { this.#areMoved = true; }

  /** Is there anything that `renew` would bring into force? */
  get isChanged(): boolean { return this.#changed.size > 0 || this.#areMoved; }

  /** Answers whether there was anything new. */
  renew(): boolean {
    if (!this.isChanged) return false;
    for (const change of this.#changed.values()) this.#compile(change);
    this.#changed.clear();
    this.#areMoved = false;
    this.#index = new RuleIndex(this.#compiled.values(), this.dependencies.areas, this.#index);
    return true;
  }

  #compile({ id, version, rule }: RuleChange): void {
    this.#versions.set(id, version);
    if (rule?.enabled === true) this.#compiled.set(id, compileRule(rule, this.dependencies.days));
    else this.#compiled.delete(id);
  }
}
