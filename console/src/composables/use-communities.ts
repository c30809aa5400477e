import { computed } from 'vue';
import { SEVERITIES, type AreaNode, type Device, type Severity } from '@liandong/protocols';
import { sumOf, type SeverityCounts } from '../live/alert-counts.js';
import { deviceTotals } from '../live/device-totals.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useAreasStore } from '../stores/areas.js';
import { useFleetStore } from '../stores/fleet.js';

export interface CommunityState { area: AreaNode; devices: Device[]; total: number; online: number; /** Active ones, also those that were acknowledged. */ alerts: number; /** Of what needs a person: what somebody has taken on calls nobody any more. */ worst: Severity | undefined }

/** Each community with its devices and what stands there: what needs a person and what was acknowledged, not what was put aside. */
export function useCommunities() {
  const [areas, fleet, alerts] = [useAreasStore(), useFleetStore(), useAlertsStore()];
  const devicesBy = computed(() => groupBy(fleet.all, (device) => areas.communityOf(device.area)?.id));
  const countsBy = (of: ReadonlyMap<string, Readonly<SeverityCounts>>) => groupBy([...of], ([area]) => areas.communityOf(area)?.id);
  const [alertsBy, needsBy] = [computed(() => { void alerts.pace; return countsBy(alerts.counts.areas); }), computed(() => { void alerts.pace; return countsBy(alerts.counts.areaNeeds); })];
  const countsOf = (by: ReturnType<typeof countsBy>, id: string) => (by.get(id) ?? []).map(([, counts]) => counts);
  const communities = computed(() => areas.communities.map((area) => stateOf(area, devicesBy.value.get(area.id) ?? [], countsOf(alertsBy.value, area.id), countsOf(needsBy.value, area.id))));
  /** Only who is where, for what doesn't change with every alert. */
  const placed = computed(() => areas.communities.map((area) => ({ area, devices: devicesBy.value.get(area.id) ?? [] })));
  return { communities, placed };
}

function stateOf(area: AreaNode, devices: Device[], counts: Readonly<SeverityCounts>[], needs: Readonly<SeverityCounts>[]): CommunityState {
  const totals = deviceTotals(devices);
  return {
    area, devices, total: totals.total, online: totals.online,
    alerts: counts.reduce((sum, one) => sum + sumOf(one), 0), worst: SEVERITIES.find((severity) => needs.some((one) => one[severity] > 0)),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]); else group.push(item);
  }
  return groups;
}
