import { computed, watch } from 'vue';
import { useRoute } from 'vue-router';
import { METRIC_KEYS } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { keyMetric } from '../format/values.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLiveStore } from '../stores/live.js';
import { useAddressFilters } from './use-address-filters.js';
import { useLoaded } from './use-loaded.js';

/** The device of the address, its latest values, and the metric that the chart shows. */
export function useDevicePage() {
  const [route, fleet, live] = [useRoute(), useFleetStore(), useLiveStore()];
  const id = computed(() => String(route.params['id']));
  const { data, error, reload } = useLoaded(() => id.value, (wanted) => hubApi.device(wanted));
  const device = computed(() => fleet.byId.get(id.value) ?? (data.value?.id === id.value ? data.value : undefined));
  const isMissing = computed(() => device.value === undefined && error.value instanceof ApiError && error.value.status === 404);
  const chosen = useAddressFilters().choice('metric', METRIC_KEYS);
  const metric = computed(() => {
    void fleet.valuesVersion;
    return chosen.value ?? (device.value === undefined ? undefined : keyMetric(device.value.kind, fleet.valuesOf(id.value) ?? {}));
  });
  // What the socket hasn't said yet; a failure shows in the page's other parts, and the next live value fills it in.
  watch([id, () => live.recovery?.at], () => { fleet.refreshLatest(id.value).catch((problem: unknown) => { error.value ??= problem; }); }, { immediate: true });
  return { id, device, metric, chosen, error, isMissing, reload };
}
