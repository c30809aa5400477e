import { useIntervalFn } from '@vueuse/core';
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { isMetricKey, type CityOverview, type EpochMs, type MetricKey } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { isSpan, SPANS, type Span } from '../city/city-view.js';
import { useClockStore } from '../stores/clock.js';

const EVERY_MS = 10_000;

/** What the page shows, named in its address so that a link leads to it, and read again all the time. A failed reading leaves what there is, with the time it is of. */
export function useCityOverview() {
  const [route, router, clock] = [useRoute(), useRouter(), useClockStore()];
  const area = computed(() => typeof route.query['area'] === 'string' ? route.query['area'] : undefined);
  const metric = computed((): MetricKey => typeof route.query['metric'] === 'string' && isMetricKey(route.query['metric']) ? route.query['metric'] : 'pm2_5');
  const span = computed((): Span => isSpan(route.query['span']) ? route.query['span'] : 'day');
  const data = shallowRef<CityOverview>();
  const error = shallowRef<unknown>();
  const readAt = ref<EpochMs>();
  let turn = 0;

  async function read(): Promise<void> {
    const own = ++turn;
    const { ms, window } = SPANS[span.value];
    try {
      const answer = await hubApi.cityOverview({ area: area.value, metric: metric.value, window, from: Math.round(clock.hubNow) - ms });
      if (own !== turn) return;
      clock.learn(answer.now);
      [data.value, error.value, readAt.value] = [answer, undefined, answer.now];
    } catch (problem) {
      if (own === turn) error.value = problem;
    }
  }
  watch([area, metric, span], () => void read(), { immediate: true });
  useIntervalFn(() => void read(), EVERY_MS);
  onScopeDispose(() => { turn += 1; });

  /** An address of this page with something else in it. */
  const at = (change: { area?: string | undefined; metric?: MetricKey; span?: Span }) => {
    const query = { metric: metric.value, span: span.value, area: area.value, ...change };
    return { name: 'city', query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) };
  };
  return { area, metric, span, data, error, readAt, reload: read, at, go: (change: Parameters<typeof at>[0]) => router.push(at(change)) };
}
