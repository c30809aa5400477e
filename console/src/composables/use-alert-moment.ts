import { computed, type Ref } from 'vue';
import { isMetricKey, type Alert, type EpochMs, type MetricKey } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { asNumber } from '../format/values.js';
import { marksOf, momentOf } from '../live/alert-moment.js';
import type { SeriesPoint } from '../live/series.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLiveStore } from '../stores/live.js';
import type { AlertDetail } from './use-alert-page.js';
import { useLoaded } from './use-loaded.js';
import { isLimitOfMetric } from './use-measure-words.js';
import type { MomentChart } from './use-moment-option.js';

const POINTS = 400;
/** The curve of an alert that stands is read again this often (ms). */
const AGAIN_MS = 30_000;

/** The metric's curve around an alert, its limit and what happened. `chosen` shows another metric of the device; the limit belongs to the one the alert was raised by. */
export function useAlertMoment(alert: Ref<Alert>, detail: Ref<AlertDetail>, chosen: Ref<MetricKey | undefined>) {
  const [clock, fleet, live] = [useClockStore(), useFleetStore(), useLiveStore()];
  const own = computed(() => detail.value.condition?.metric);
  const metrics = computed((): MetricKey[] => {
    void fleet.valuesVersion;
    const known = Object.keys(alert.value.deviceId === undefined ? {} : fleet.valuesOf(alert.value.deviceId) ?? {}).filter(isMetricKey);
    return own.value === undefined || known.includes(own.value) ? known : [own.value, ...known];
  });
  const metric = computed(() => chosen.value ?? own.value);
  /** In steps, or the curve would be read with every tick of the clock. */
  const now = computed(() => Math.ceil(clock.hubNow / AGAIN_MS) * AGAIN_MS);
  const moment = computed(() => momentOf(alert.value, now.value));
  let before: { device: string | undefined; metric: MetricKey | undefined; from: EpochMs; to: EpochMs; recovered: EpochMs | undefined } | undefined;
  /** The same object while nothing in it has changed: an object of its own each time would be read each time. */
  function source() {
    const next = { device: alert.value.deviceId, metric: metric.value, ...moment.value, recovered: live.recovery?.at };
    if (before === undefined || before.device !== next.device || before.metric !== next.metric || before.from !== next.from || before.to !== next.to || before.recovered !== next.recovered) before = next;
    return before;
  }
  const { data, error, isLoading, reload } = useLoaded(
    source,
    async ({ device, metric: wanted, from, to }): Promise<{ metric: MetricKey; points: SeriesPoint[]; from: EpochMs; to: EpochMs } | undefined> => {
      if (device === undefined || wanted === undefined) return undefined;
      const { points } = await hubApi.telemetry(device, { metric: wanted, from, to, points: POINTS });
      return { metric: wanted, points: points.map(([ts, value]): SeriesPoint => [ts, asNumber(value)]), from, to };
    },
  );
  const chart = computed((): MomentChart | undefined => {
    if (data.value === undefined) return undefined;
    const { metric: shown, points, from, to } = data.value;
    const threshold = shown === own.value && isLimitOfMetric(detail.value.condition) ? alert.value.threshold : undefined;
    return { metric: shown, points, from, to, threshold, severity: alert.value.severity, marks: marksOf(alert.value, detail.value.timeline, { from, to }) };
  });
  return { chart, metric, metrics, error, isLoading, reload };
}
