import { computed, ref, watch } from 'vue';
import { SEVERITIES, TIERS, type Alert } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { matchesFilter, type AlertFilter } from '../live/alert-filter.js';
import { mergeSorted } from '../live/merge-sorted.js';
import { byTableOrder } from '../live/priority.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useAreasStore } from '../stores/areas.js';
import { useLiveStore } from '../stores/live.js';
import { useAddressFilters } from './use-address-filters.js';
import { useHealing } from './use-healing.js';

const ALERT_PAGE_SIZE = 100;
/** Rows the table takes (count); with more the page says so. */
export const ALERT_ROW_LIMIT = 1000;
const STANDINGS = ['shelved', 'suppressed'] as const;
const YES_NO = ['true', 'false'] as const;

/** The alerts page: filters in the address bar, rows from REST page by page, kept live by the socket. */
export function useAlertList() {
  const [alerts, areas, live] = [useAlertsStore(), useAreasStore(), useLiveStore()];
  const address = useAddressFilters();
  const filters = { active: address.choice('active', YES_NO), acked: address.choice('acked', YES_NO), severity: address.choice('severity', SEVERITIES), tier: address.choice('tier', TIERS), area: address.text('area'), standing: address.choice('standing', STANDINGS) };
  const { standing } = filters;
  const filter = computed((): AlertFilter => ({
    active: yesNo(filters.active.value), acked: yesNo(filters.acked.value), severity: filters.severity.value, tier: filters.tier.value, area: filters.area.value,
  }));
  const read = ref(new Map<string, Alert>());
  const next = ref<string>();
  const error = ref<unknown>();
  const isLoading = ref(false);
  let [turn, wasFirst] = [0, true];

  const isWanted = (alert: Alert): boolean => matchesFilter(alert, filter.value, areas.isWithin)
    && (standing.value === undefined || alerts.standing(alert.id) === standing.value);
  /** An alert of the socket that no page has brought belongs to a page not read yet, unless it is active. */
  const isKnown = (alert: Alert): boolean => alert.active || next.value === undefined || read.value.has(alert.id);
  // Both lists are in order already; as many as the table takes are merged, however many there are, and one that tells whether there are more.
  const merged = computed(() => {
    void alerts.tablePace;
    const older = [...read.value.values()].filter((alert) => !alerts.byId.has(alert.id) && isWanted(alert)).sort(byTableOrder);
    return mergeSorted(alerts.table, older, byTableOrder, (alert) => isWanted(alert) && isKnown(alert), ALERT_ROW_LIMIT + 1);
  });
  async function load(isFirst: boolean): Promise<void> {
    const own = ++turn;
    wasFirst = isFirst;
    isLoading.value = true;
    try {
      const page = await hubApi.alerts({ ...filter.value, limit: ALERT_PAGE_SIZE, cursor: isFirst ? undefined : next.value });
      if (own !== turn) return;
      const known: [string, Alert][] = isFirst ? [] : [...read.value];
      read.value = new Map([...known, ...page.data.map((alert): [string, Alert] => [alert.id, alert])]);
      [next.value, error.value] = [page.next, undefined];
    } catch (problem) {
      if (own === turn) error.value = problem;
    } finally {
      if (own === turn) isLoading.value = false;
    }
  }
  useHealing({ error, isLoading, reload: () => void load(wasFirst) });
  watch([filter, () => live.recovery?.at], () => void load(true), { immediate: true });
  const isCut = computed(() => merged.value.length > ALERT_ROW_LIMIT);
  const rows = computed(() => isCut.value ? merged.value.slice(0, ALERT_ROW_LIMIT) : merged.value);
  return { filters, rows, isCut, hasMore: computed(() => next.value !== undefined), error, isLoading, reload: () => void load(true), loadMore: () => void load(false), clear: address.clear };
}

const yesNo = (word: 'true' | 'false' | undefined): boolean | undefined => word === undefined ? undefined : word === 'true';
