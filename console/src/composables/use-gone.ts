import type { RuleScope } from '@liandong/protocols';
import { goneOf, type Gone } from '../rules/gone.js';
import { useAreasStore } from '../stores/areas.js';
import { useFleetStore } from '../stores/fleet.js';

/** Tells what a rule's scope names and is not there, as far as this person sees; nothing before all areas and devices have been read. */
export function useGone(): (scope: Pick<RuleScope, 'areas' | 'devices'> | undefined) => Gone | undefined {
  const [areas, fleet] = [useAreasStore(), useFleetStore()];
  return (scope = {}) => areas.isLoaded && fleet.isLoaded && !fleet.isCapped ? goneOf(scope, { device: (id) => fleet.byId.has(id), area: (id) => areas.byId.has(id) }) : undefined;
}
