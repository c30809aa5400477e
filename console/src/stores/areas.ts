import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { Area, AreaNode } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import type { Locale } from '../i18n.js';

/** The areas the signed-in person may see. */
export const useAreasStore = defineStore('areas', () => {
  const tree = shallowRef<readonly AreaNode[]>([]);
  const flat = computed(() => flatten(tree.value));
  const byId = computed(() => new Map(flat.value.map((area) => [area.id, area])));
  const communities = computed(() => flat.value.filter((area) => area.level === 'community'));
  /** What the screen is of: the lowest area that holds everything, but no lower than a sub-district. */
  const place = computed(() => placeOf(tree.value));

  async function load(): Promise<void> { tree.value = await hubApi.areas(); }
  const nameOf = (id: string, locale: Locale): string => areaName(byId.value.get(id), locale) ?? id;
  function communityOf(id: string): AreaNode | undefined {
    for (let area = byId.value.get(id); area !== undefined; area = area.parent === undefined ? undefined : byId.value.get(area.parent)) {
      if (area.level === 'community') return area;
    }
    return undefined;
  }
  /** Is `id` this area or below it? */
  function isWithin(id: string, ancestor: string): boolean {
    for (let area = byId.value.get(id); area !== undefined; area = area.parent === undefined ? undefined : byId.value.get(area.parent)) {
      if (area.id === ancestor) return true;
    }
    return false;
  }
  return { tree, flat, byId, communities, place, load, nameOf, communityOf, isWithin };
});

export const areaName = (area: Area | undefined, locale: Locale): string | undefined =>
  area === undefined ? undefined : locale === 'en' ? area.nameEn ?? area.name : area.name;

const flatten = (nodes: readonly AreaNode[]): AreaNode[] => nodes.flatMap((node) => [node, ...flatten(node.children)]);

function placeOf(roots: readonly AreaNode[]): AreaNode | undefined {
  const only = roots.length === 1 ? roots[0] : undefined;
  return only?.level === 'city' && only.children.length === 1 ? placeOf(only.children) : only ?? roots[0];
}
