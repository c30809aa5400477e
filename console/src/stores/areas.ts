import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Area, AreaNode } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import type { Locale } from '../i18n.js';
import { flatten, withArea } from '../live/area-forest.js';

const REMEMBERED = 'liandong.install.areas';

/** The areas the signed-in person may see. */
export const useAreasStore = defineStore('areas', () => {
  const tree = shallowRef<readonly AreaNode[]>([]);
  /** Until then nobody knows what the screen is of. */
  const isLoaded = ref(false);
  const flat = computed(() => flatten(tree.value));
  const byId = computed(() => new Map(flat.value.map((area) => [area.id, area])));
  const communities = computed(() => flat.value.filter((area) => area.level === 'community'));
  /** What the screen is of: the lowest area that holds everything, but no lower than a sub-district. */
  const place = computed(() => placeOf(tree.value));

  let reads = 0;
  let heard: Area[] = [];
  let visit = 0;

  async function load(): Promise<void> {
    const own = visit;
    reads += 1;
    try {
      const answer = await hubApi.areas();
      if (own !== visit) return; // asked for by somebody who has left
      tree.value = heard.reduce(withArea, answer);
      isLoaded.value = true;
    } finally {
      reads -= 1;
      if (reads === 0) heard = [];
    }
  }
  /** Reads them unless they are there. */
  const ensure = async (): Promise<void> => { if (!isLoaded.value) await load(); };
  /** The session is over: the next person may see other areas. */
  function forget(): void {
    visit += 1;
    [tree.value, isLoaded.value, heard] = [[], false, []];
  }
  /** Takes an area that was made or changed. One that comes while the areas are being read may be newer than the answer. */
  function apply(area: Area): void {
    if (reads > 0) heard.push(area);
    tree.value = withArea(tree.value, area);
  }
  /** For a page that works offline: the areas as this browser last saw them. Returns whether there are any. */
  async function loadOrRecall(): Promise<boolean> {
    try {
      await load();
      if (isLoaded.value) localStorage.setItem(REMEMBERED, JSON.stringify(tree.value));
    } catch (problem) {
      const kept = localStorage.getItem(REMEMBERED);
      if (!(problem instanceof ApiError) && tree.value.length === 0) throw problem;
      // Written just above, by an earlier visit.
      if (kept !== null && tree.value.length === 0) tree.value = JSON.parse(kept) as AreaNode[];
    }
    return tree.value.length > 0;
  }
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
  return { tree, isLoaded, flat, byId, communities, place, load, ensure, forget, apply, loadOrRecall, nameOf, communityOf, isWithin };
});

export const areaName = (area: Area | undefined, locale: Locale): string | undefined =>
  area === undefined ? undefined : locale === 'en' ? area.nameEn ?? area.name : area.name;

function placeOf(roots: readonly AreaNode[]): AreaNode | undefined {
  const only = roots.length === 1 ? roots[0] : undefined;
  return only?.level === 'city' && only.children.length === 1 ? placeOf(only.children) : only ?? roots[0];
}
