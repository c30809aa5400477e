import type { CommunityProfile, DeviceKind } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceEntry } from '../devices/types.js';
import { push } from '../push.js';
import type { CompiledRule } from './compile.js';
import { ruleSetOf, type RuleSet } from './rule-set.js';
import { nearestOfEach, placeOf, type Place } from './scope.js';

/**
 * Which rules are in force on which device. A rule is filed under the narrowest thing its scope names (devices, else areas, else profiles, else kinds), so only the few
 * that can concern a device are looked at, once per device kind and area, however many there are. Made anew when a rule or an area changes.
 */
export class RuleIndex {
  readonly #byDevice = new Map<string, CompiledRule[]>();
  readonly #byArea = new Map<string, CompiledRule[]>();
  readonly #byProfile = new Map<CommunityProfile, CompiledRule[]>();
  readonly #byKind = new Map<DeviceKind, CompiledRule[]>();
  readonly #sets = new Map<string, RuleSet>();
  readonly #before: ReadonlyMap<string, RuleSet>;

  /** `rules`: the enabled ones. `before`: the index it replaces; where nothing has changed, devices keep the very same set. */
  constructor(rules: Iterable<CompiledRule>, private readonly areas: Pick<AreaTree, 'lineage'>, before?: RuleIndex) {
    this.#before = before === undefined ? new Map() : before.#sets;
    for (const rule of rules) this.#file(rule);
  }

  /** The rules in force on this device. */
  rulesFor(entry: DeviceEntry): RuleSet {
    const { id, kind, area } = entry.device;
    const own = this.#byDevice.get(id);
    const key = own === undefined ? `${kind} ${area}` : `${kind} ${area} ${id}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const place = placeOf(entry, this.areas);
    const rules = nearestOfEach(this.#candidates(place, own ?? []), place);
    const before = this.#before.get(key);
    const set = before !== undefined && isSame(before, rules) ? before : ruleSetOf(rules);
    this.#sets.set(key, set);
    return set;
  }

  #file(compiled: CompiledRule): void {
    const { kinds, scope: { areas, profiles, devices } = {} } = compiled.rule;
    if (devices !== undefined) for (const device of new Set(devices)) push(this.#byDevice, device, compiled);
    else if (areas !== undefined) for (const area of new Set(areas)) push(this.#byArea, area, compiled);
    else if (profiles !== undefined) for (const profile of new Set(profiles)) push(this.#byProfile, profile, compiled);
    else for (const kind of new Set(kinds)) push(this.#byKind, kind, compiled);
  }

  /** One rule may come more than once. */
  *#candidates({ kind, lineage, profile }: Place, own: readonly CompiledRule[]): Iterable<CompiledRule> {
    yield* own;
    for (const area of lineage) yield* this.#byArea.get(area.id) ?? [];
    if (profile !== undefined) yield* this.#byProfile.get(profile) ?? [];
    yield* this.#byKind.get(kind) ?? [];
  }
}

const isSame = ({ byId }: RuleSet, rules: readonly CompiledRule[]): boolean =>
  byId.size === rules.length && rules.every((rule) => byId.get(rule.rule.id) === rule);
