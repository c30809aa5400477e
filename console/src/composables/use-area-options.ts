import { computed } from 'vue';
import { areaName, useAreasStore } from '../stores/areas.js';
import { useWords } from './use-words.js';

/** Areas as choices, from the top down, indented by level. */
export function useAreaOptions() {
  const areas = useAreasStore();
  const { language } = useWords();
  const DEPTH = { city: 0, subdistrict: 1, community: 2, grid: 3 } as const;
  return computed(() => {
    const top = Math.min(...areas.flat.map((area) => DEPTH[area.level]));
    return areas.flat.map((area) => ({ value: area.id, label: '\u3000'.repeat(DEPTH[area.level] - top) + (areaName(area, language.value) ?? area.id) }));
  });
}
