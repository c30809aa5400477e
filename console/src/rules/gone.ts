import type { RuleScope } from '@liandong/protocols';

/** What a scope names and is not there. `isAll`: of its devices, or of its areas, none is left, so it concerns nothing. */
export interface Gone { readonly devices: readonly string[]; readonly areas: readonly string[]; readonly isAll: boolean }

/** Undefined when all that is named is there. */
export function goneOf({ areas: named = [], devices: listed = [] }: Pick<RuleScope, 'areas' | 'devices'>, has: { readonly device: (id: string) => boolean; readonly area: (id: string) => boolean }): Gone | undefined {
  const [devices, areas] = [listed.filter((id) => !has.device(id)), named.filter((id) => !has.area(id))];
  if (devices.length + areas.length === 0) return undefined;
  return { devices, areas, isAll: (listed.length > 0 && devices.length === listed.length) || (named.length > 0 && areas.length === named.length) };
}
