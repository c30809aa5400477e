import { familyOf, type Label, type Rule } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Principal } from '../identity/principal.js';
import { nearness, placeOf } from './scope.js';

/** What a rule may refer to, as its writer sees it. */
export interface References {
  readonly areas: AreaTree;
  readonly directory: DeviceDirectory;
  readonly principal: Principal;
  /** All other rules. */
  readonly others: readonly Rule[];
}

/** What the rule refers to and isn't there, or a ring of inhibitions, as a sentence in both languages; undefined when all is well. */
export function referenceFault(rule: Rule, { areas, directory, principal, others }: References): Label | undefined {
  const { areas: named = [], devices = [] } = rule.scope ?? {};
  const area = named.find((id) => !areas.isVisible(principal, id));
  if (area !== undefined) return { zh: `范围里的区域 ${area} 不存在；请从范围里去掉它，或改选别的区域。`, en: `scope.areas has ${area}, and there is no such area; take it out, or name another.` };
  for (const id of devices) {
    const entry = directory.get(id);
    if (entry === undefined || !areas.isVisible(principal, entry.device.area)) return { zh: `范围里的设备 ${id} 不存在；请从范围里去掉它，或改选别的设备。`, en: `scope.devices has ${id}, and there is no such device; take it out, or name another.` };
    const { kind } = entry.device;
    if (!rule.kinds.includes(kind)) return { zh: `范围里的设备 ${id} 不属于所选的设备类型。`, en: `scope.devices has ${id}, a ${kind}, which is not among kinds.` };
    // Members of a scope have all to hold.
    if (nearness(rule, placeOf(entry, areas)) === undefined) return { zh: `范围里的设备 ${id} 不在所选的区域或社区类型里，规则永远管不到它。`, en: `scope.devices has ${id}, which stands outside of the scope's areas or profiles: the rule would never concern it.` };
  }
  const all = [...others, rule];
  for (const name of rule.inhibitedBy ?? []) {
    if (!all.some((other) => isNamed(other, name))) return { zh: `抑制来源 ${name} 不存在。`, en: `inhibitedBy has ${name}, and there is no such rule or family.` };
    if (isNamed(rule, name)) return { zh: `抑制来源 ${name} 就是这条规则或它自己的族。`, en: `inhibitedBy has ${name}, which is the rule itself or its own family.` };
  }
  const ring = ringFrom(rule, all);
  return ring === undefined ? undefined : { zh: `抑制关系成环：${ring.join(' → ')}。`, en: `inhibitedBy goes round in a ring: ${ring.join(' → ')}.` };
}

/** Rules that would refer to nothing without this one. */
export function dependantsOf({ id, family }: Rule, others: readonly Rule[]): Rule[] {
  const gone = [id, ...(family === undefined ? [] : [family])].filter((name) => !others.some((other) => isNamed(other, name)));
  return others.filter(({ inhibitedBy = [] }) => inhibitedBy.some((name) => gone.includes(name)));
}

const isNamed = (rule: Rule, name: string): boolean => rule.id === name || familyOf(rule) === name;

/** Ids of a way from the rule back to itself. A ring that this rule is no part of was there before. */
function ringFrom(rule: Rule, all: readonly Rule[]): string[] | undefined {
  const seen = new Set<string>();
  function walk(current: Rule, path: readonly string[]): string[] | undefined {
    for (const name of current.inhibitedBy ?? []) {
      for (const next of all) {
        if (!isNamed(next, name)) continue;
        if (next.id === rule.id) return [...path, rule.id];
        if (seen.has(next.id)) continue;
        seen.add(next.id);
        const found = walk(next, [...path, next.id]);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
  return walk(rule, [rule.id]);
}
