import { computed, type Ref } from 'vue';
import type { Alert, AlertCondition, AlertTimelineEntry } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { byTableOrder } from '../live/priority.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useLoaded } from './use-loaded.js';

const RELATED_LIMIT = 20;
const DAY_MS = 86_400_000;

/** What only the hub's own answer about an alert has. `isKnown`: it has come. */
export interface AlertDetail { readonly timeline: readonly AlertTimelineEntry[]; readonly condition: AlertCondition | undefined; readonly isKnown: boolean }

/** One alert with its timeline, read again whenever the socket says that it changed; and the alerts that belong to it. */
export function useAlertPage(id: Ref<string>) {
  const alerts = useAlertsStore();
  const seq = computed(() => { void alerts.version; return alerts.byId.get(id.value)?.seq; });
  // A key, not an object: the same key is not read twice.
  const { data, error, reload } = useLoaded(() => `${id.value} ${seq.value ?? ''}`, () => hubApi.alert(id.value));
  const alert = computed(() => {
    void alerts.version;
    const known = alerts.byId.get(id.value);
    return data.value?.id === id.value && (known === undefined || data.value.seq >= known.seq) ? data.value : known;
  });
  const detail = computed((): AlertDetail => data.value?.id === id.value ? { timeline: data.value.timeline, condition: data.value.condition, isKnown: true } : { timeline: [], condition: undefined, isKnown: false });
  const isMissing = computed(() => alert.value === undefined && error.value instanceof ApiError && error.value.status === 404);

  const deviceId = computed(() => alert.value?.deviceId);
  const ofDevice = useLoaded(() => deviceId.value, async (device) => ({ device, found: device === undefined ? [] : (await hubApi.alerts({ device, limit: RELATED_LIMIT + 1 })).data }));
  const hasOthers = computed(() => ofDevice.data.value !== undefined && ofDevice.data.value.device === deviceId.value);
  /** The device's other alerts, standing ones first; those raised since are the socket's. */
  const others = computed(() => {
    void alerts.version;
    const found = new Map((hasOthers.value ? ofDevice.data.value?.found ?? [] : []).map((other) => [other.id, newest(other)]));
    for (const standing of alerts.counts.places.get(deviceId.value ?? '')?.alerts.values() ?? []) found.set(standing.id, standing);
    found.delete(id.value);
    return [...found.values()].sort(byTableOrder).slice(0, RELATED_LIMIT);
  });
  const area = computed(() => alert.value?.deviceId === undefined || alerts.childCount(id.value) > 0 ? alert.value?.area : undefined);
  const inArea = useLoaded(() => area.value, async (wanted) => wanted === undefined || alert.value === undefined ? [] : (await hubApi.alerts({ area: wanted, from: alert.value.raisedAt - DAY_MS, limit: 500 })).data);
  /** Alerts that this one stands for: those the screen knows, and those that have cleared since. */
  const children = computed(() => {
    void alerts.version;
    const found = new Map((inArea.data.value ?? []).filter((other) => other.groupId === id.value && other.id !== id.value).map((other) => [other.id, newest(other)]));
    for (const child of alerts.children(id.value)) found.set(child.id, child);
    return [...found.values()].sort(byTableOrder);
  });
  function newest(other: Alert): Alert {
    const known = alerts.byId.get(other.id);
    return known !== undefined && known.seq > other.seq ? known : other;
  }
  return {
    alert, detail, error, isMissing, reload,
    others, othersState: computed(() => ({ isKnown: hasOthers.value, error: ofDevice.error.value, reload: ofDevice.reload })),
    children, childrenState: computed(() => ({ isKnown: inArea.data.value !== undefined, error: inArea.error.value, reload: inArea.reload })),
  };
}
