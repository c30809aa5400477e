import { computed } from 'vue';
import { useAreasStore } from '../stores/areas.js';
import { useLoaded } from './use-loaded.js';

/** The areas, for a page that shows nothing without them: asked for here too, as the live connection that else reads them may not come about. `error`: why they are not there. */
export function useAreas() {
  const areas = useAreasStore();
  const { error, reload } = useLoaded(() => 0, () => areas.ensure());
  return { areas, error: computed(() => areas.isLoaded ? undefined : error.value), reload };
}
