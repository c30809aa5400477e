import { computed } from 'vue';
import { areaName, useAreasStore } from '../stores/areas.js';
import { useWords } from './use-words.js';

/** Areas as choices, from the top down; the list is indented by level, the chosen one is not. */
export function useAreaOptions() {
  const areas = useAreasStore();
  const { language } = useWords();
  const DEPTH = { city: 0, subdistrict: 1, community: 2, grid: 3 } as const;
  return computed(() => {
    const top = Math.min(...areas.flat.map((area) => DEPTH[area.level]));
    return areas.flat.map((area) => ({ value: area.id, label: areaName(area, language.value) ?? area.id, style: `padding-left: ${12 + 16 * (DEPTH[area.level] - top)}px` }));
  });
}
