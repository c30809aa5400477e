import type { AggregateAreaList, Area, AreaId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';

type Told = AggregateAreaList['data'][number];
export interface OwnAreas {
  /** From the sub-district down, each after what it lies in. */
  readonly own: readonly { readonly area: Area; readonly told: Told }[];
  readonly withheld: AreaId[];
}

/**
 * The areas of a hub that are the sub-district it is registered for, or below it. On the city a sub-district stands at the top: what a hub calls the city is its own affair, and so are
 * other sub-districts on it. An id that another sub-district has already is withheld with all that lies below.
 */
export function ownAreas(hub: AreaId, list: readonly Told[], areas: AreaTree): OwnAreas {
  const byParent = groupByParent(list);
  const own: { area: Area; told: Told }[] = [];
  const withheld: AreaId[] = [];
  const seen = new Set<AreaId>();
  const add = (told: Told, parent: AreaId | undefined): void => {
    if (seen.has(told.area)) return; // a list that goes round in circles ends here
    seen.add(told.area);
    if (isTaken(told.area, hub, areas)) {
      withheld.push(told.area);
      return;
    }
    const { area: id, level, name, nameEn } = told;
    own.push({ area: { id, level, name, ...(parent === undefined ? {} : { parent }), ...(nameEn === undefined ? {} : { nameEn }) }, told });
    for (const below of byParent.get(id) ?? []) add(below, id);
  };
  const top = list.find(({ area, level }) => area === hub && level === 'subdistrict');
  if (top !== undefined) add(top, undefined);
  return { own, withheld };
}

const isTaken = (id: AreaId, hub: AreaId, areas: AreaTree): boolean => areas.get(id) !== undefined && areas.ancestor(id, 'subdistrict')?.id !== hub;

function groupByParent(list: readonly Told[]): Map<AreaId | undefined, Told[]> {
  const groups = new Map<AreaId | undefined, Told[]>();
  for (const told of list) {
    const group = groups.get(told.parent);
    if (group === undefined) groups.set(told.parent, [told]);
    else group.push(told);
  }
  return groups;
}
