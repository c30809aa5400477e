import { computed } from 'vue';
import type { RuleScope } from '@liandong/protocols';
import { areaName, useAreasStore } from '../stores/areas.js';
import { useFleetStore } from '../stores/fleet.js';
import { useSessionStore } from '../stores/session.js';
import { useWords } from './use-words.js';

/** Which rules the signed-in person may write, as the hub decides it: somebody bound to an area those that name areas or devices of it, and nothing else. */
export function useRuleAccess() {
  const [areas, fleet, session, { language }] = [useAreasStore(), useFleetStore(), useSessionStore(), useWords()];
  const own = computed(() => session.session?.area);
  const ownName = computed(() => own.value === undefined ? '' : areaName(areas.byId.get(own.value), language.value) ?? own.value);
  function isOwn({ areas: named = [], devices = [] }: Pick<RuleScope, 'areas' | 'devices'> = {}): boolean {
    const top = own.value;
    if (top === undefined) return true;
    const isWithin = (id: string) => id === top || areas.isWithin(id, top);
    // A device that isn't known here may be gone, which keeps nobody from the rest of the rule.
    return named.length + devices.length > 0 && named.every(isWithin) && devices.every((id) => { const device = fleet.byId.get(id); return device === undefined || isWithin(device.area); });
  }
  /** Before it nobody can say what lies within an area. */
  const ready = async (): Promise<void> => { if (own.value !== undefined) await areas.ensure(); };
  return { own, ownName, isOwn, ready };
}
