import { computed, shallowRef, watch, type Ref } from 'vue';
import type { MetricKey } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { asNumber } from '../format/values.js';
import { appendPoint, extentOf, type SeriesPoint } from '../live/series.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLiveStore } from '../stores/live.js';
import { useLoaded } from './use-loaded.js';

export const RANGES = ['1h', '6h', '24h', '7d'] as const;
export type Range = (typeof RANGES)[number];
export const RANGE_MS: Record<Range, number> = { '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000, '7d': 604_800_000 };
const POINTS = 600;

/** History of one metric by REST, with what comes live added at its end; read again after a lost connection. */
export function useDeviceSeries(device: Ref<string>, metric: Ref<MetricKey | undefined>, range: Ref<Range>) {
  const [clock, fleet, live] = [useClockStore(), useFleetStore(), useLiveStore()];
  const points = shallowRef<readonly SeriesPoint[]>([]);
  const { data, error, isLoading, reload } = useLoaded(
    () => ({ device: device.value, metric: metric.value, range: range.value, recovered: live.recovery?.at }),
    async (source) => {
      if (source.metric === undefined) return [];
      const to = clock.localNow() + clock.hubAheadMs;
      const answer = await hubApi.telemetry(source.device, { metric: source.metric, from: to - RANGE_MS[source.range], to, points: POINTS });
      return answer.points.map(([ts, value]): SeriesPoint => [ts, asNumber(value)]);
    },
  );
  watch(data, (history) => { points.value = history ?? []; });
  watch([device, metric], () => { points.value = []; });
  watch(() => [fleet.valuesVersion, metric.value] as const, () => {
    const found = metric.value === undefined ? undefined : fleet.valuesOf(device.value)?.[metric.value];
    if (found !== undefined && data.value !== undefined) points.value = appendPoint(points.value, found.ts, found.value, clock.hubNow - RANGE_MS[range.value]);
  });
  return { points, extent: computed(() => extentOf(points.value)), error, isLoading, reload };
}
