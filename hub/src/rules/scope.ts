import { familyOf, type Area, type AreaLevel, type CommunityProfile, type DeviceId, type DeviceKind, type Rule, type RuleScope } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceEntry } from '../devices/types.js';

/** Where a device stands, as far as rules ask. */
export interface Place {
  readonly id: DeviceId;
  readonly kind: DeviceKind;
  /** Its area and everything above it, upwards. */
  readonly lineage: readonly Area[];
  readonly profile: CommunityProfile | undefined;
}

export function placeOf({ device: { id, kind, area } }: DeviceEntry, areas: Pick<AreaTree, 'lineage'>): Place {
  const lineage = areas.lineage(area);
  return { id, kind, lineage, profile: lineage.find(({ level }) => level === 'community')?.profile };
}

/** How near a scope is: the greater, the nearer. */
const NEARNESS: Readonly<Record<AreaLevel | 'kind' | 'profile' | 'device', number>> = { kind: 0, profile: 1, city: 2, subdistrict: 3, community: 4, grid: 5, device: 6 };

/** How near the rule is to the device; undefined: the device is out of its scope. Of several members given, all have to hold and the nearest one counts. */
export function nearness({ kinds, scope = {} }: Pick<Rule, 'kinds' | 'scope'>, { id, kind, lineage, profile }: Place): number | undefined {
  const { areas, profiles, devices } = scope;
  if (!kinds.includes(kind)) return undefined;
  if (devices !== undefined && !devices.includes(id)) return undefined;
  if (profiles !== undefined && (profile === undefined || !profiles.includes(profile))) return undefined;
  const nearest = areas === undefined ? undefined : lineage.find((area) => areas.includes(area.id));
  if (areas !== undefined && nearest === undefined) return undefined;
  if (devices !== undefined) return NEARNESS.device;
  if (nearest !== undefined) return NEARNESS[nearest.level];
  return profiles === undefined ? NEARNESS.kind : NEARNESS.profile;
}

/** The rule with each kind, area, profile and device named once, in the order in which they came. */
export function withNamesOnce(rule: Rule): Rule {
  const kinds = [...new Set(rule.kinds)];
  if (rule.scope === undefined) return { ...rule, kinds };
  const scope = Object.fromEntries(Object.entries(rule.scope).map(([member, names]) => [member, [...new Set(names)]])) as RuleScope; // the same members
  return { ...rule, kinds, scope };
}

interface Candidate { readonly rule: Rule; readonly nearness: number }

/** Of one family the nearer one; then the one with the higher version; then the one whose id comes later. Never a draw, so every hub decides alike. */
export function isNearer(a: Candidate, b: Candidate): boolean {
  if (a.nearness !== b.nearness) return a.nearness > b.nearness;
  const [versionA, versionB] = [a.rule.version ?? 1, b.rule.version ?? 1];
  return versionA === versionB ? a.rule.id > b.rule.id : versionA > versionB;
}

/** The nearest of each family, in the order of their ids. */
export function nearestOfEach<T extends { readonly rule: Rule }>(rules: Iterable<T>, place: Place): T[] {
  const best = new Map<string, { item: T; rule: Rule; nearness: number }>();
  for (const item of rules) {
    const near = nearness(item.rule, place);
    if (near === undefined) continue;
    const family = familyOf(item.rule);
    const found = { item, rule: item.rule, nearness: near };
    const known = best.get(family);
    if (known === undefined || isNearer(found, known)) best.set(family, found);
  }
  return [...best.values()].map(({ item }) => item).sort((a, b) => a.rule.id < b.rule.id ? -1 : 1);
}
