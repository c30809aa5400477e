import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import { severityRank, type CityAlert } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { useClockStore } from '../stores/clock.js';

const WAIT_S = 20;
const RETRY_MS = 2_000;
const DAY_MS = 86_400_000;

/** Alerts at the city's tier as they change: each request is held until something does. After a break it goes on behind what it has. */
export function useCityAlerts() {
  const known = shallowRef(new Map<string, CityAlert>());
  const isLive = ref(false);
  const isLoaded = ref(false);
  const clock = useClockStore();
  const from = clock.hubNow - DAY_MS;
  let isStopped = false;
  let since: string | undefined;

  async function follow(): Promise<void> {
    while (!isStopped) {
      try {
        const { data, next, isMore } = await hubApi.cityAlerts({ since, from, waitS: isLive.value ? WAIT_S : 0 });
        if (isStopped) return;
        // Without a cursor it is everything there is.
        const alerts = new Map(since === undefined ? [] : known.value);
        for (const alert of data) alerts.set(keyOf(alert), alert);
        [known.value, since, isLive.value] = [alerts, next, true];
        isLoaded.value ||= !isMore;
      } catch (error) {
        isLive.value = false;
        if (error instanceof ApiError && error.code === 'CURSOR_INVALID') since = undefined;
        await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
      }
    }
  }
  void follow();
  onScopeDispose(() => { isStopped = true; });

  const all = computed(() => [...known.value.values()]);
  return {
    isLive, isLoaded,
    /** What needs somebody first: unacknowledged, then worst, then oldest. */
    active: computed(() => all.value.filter(({ active }) => active).sort((a, b) => Number(a.acked) - Number(b.acked) || severityRank(a.severity) - severityRank(b.severity) || a.raisedAt - b.raisedAt)),
    cleared: computed(() => all.value.filter(({ active, clearedAt = 0 }) => !active && clearedAt >= clock.hubNow - DAY_MS).length),
    take: (alert: CityAlert) => { known.value = new Map(known.value).set(keyOf(alert), alert); },
  };
}

const keyOf = ({ subdistrict, id }: CityAlert): string => `${subdistrict ?? ''} ${id}`;
