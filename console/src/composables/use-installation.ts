import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { computed, type Ref } from 'vue';
import { isMetricKey, isRefusalReason, METRICS, REFUSAL_REASONS, type MetricKey } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { LATE_INTERVALS } from '../live/link-state.js';
import { useClockStore } from '../stores/clock.js';
import { useLoaded } from './use-loaded.js';
import { useWords } from './use-words.js';

const EVERY_MS = 2000;
/** What an installer looks for first, by size on the panel. */
const LARGE = 3;

/** What has come of a device, asked anew every two seconds while somebody looks. */
export function useInstallation(id: Ref<string>) {
  const [clock, words] = [useClockStore(), useWords()];
  const visibility = useDocumentVisibility();
  const { data, error, reload } = useLoaded(() => id.value, (wanted) => hubApi.installation(wanted));
  const device = useLoaded(() => id.value, (wanted) => hubApi.device(wanted));
  useIntervalFn(() => { if (visibility.value === 'visible') { reload(); if (device.data.value === undefined) device.reload(); } }, EVERY_MS);

  const values = computed(() => Object.keys(METRICS).filter(isMetricKey).flatMap((key) => {
    const found = data.value?.values[key];
    return found === undefined ? [] : [{ key, name: words.metricName(key), text: words.valueText(key, found.value), unit: METRICS[key].display }];
  }));
  const signal = computed(() => values.value.find(({ key }) => key === 'rssi'));
  const large = computed(() => values.value.filter(({ key }) => !SIGNALS.includes(key)).slice(0, LARGE));
  const intervalS = computed(() => device.data.value?.reportingIntervalS);
  const state = computed(() => {
    const at = data.value?.lastMessageAt;
    if (at === undefined) return 'none';
    return values.value.length === 0 ? 'unread' : clock.hubNow - at > (intervalS.value ?? 60) * 1000 * LATE_INTERVALS ? 'old' : 'fresh';
  });
  const age = computed(() => data.value?.lastMessageAt === undefined ? undefined : words.age(data.value.lastMessageAt));
  const diagnosis = computed(() => data.value === undefined ? undefined : [words.ofLabel(data.value.diagnosis), inWords(data.value.diagnosis.detail)].filter(Boolean).join('\n'));
  /** Where nothing in the payload is to blame, the detail is the reason's name. */
  const inWords = (detail: string | undefined) => detail !== undefined && isRefusalReason(detail) ? words.ofLabel(REFUSAL_REASONS[detail]) : detail;
  /** What keeps the device from being accepted, in words. */
  const lacks = computed(() => data.value?.acceptance.lacks.map((lack) => words.ofLabel(lack)) ?? []);
  return { data, error, device: device.data, reloadDevice: device.reload, values, signal, large, intervalS, state, age, diagnosis, lacks };
}

const SIGNALS: readonly MetricKey[] = ['rssi', 'snr'];
