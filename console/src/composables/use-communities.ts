import { computed } from 'vue';
import type { Alert, AreaNode, Device, Severity } from '@liandong/protocols';
import { deviceTotals } from '../live/device-totals.js';
import { worstSeverity } from '../live/priority.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useAreasStore } from '../stores/areas.js';
import { useFleetStore } from '../stores/fleet.js';

export interface CommunityState { area: AreaNode; devices: Device[]; total: number; online: number; alerts: number; worst: Severity | undefined }

/** Each community with its devices and what stands there. */
export function useCommunities() {
  const [areas, fleet, alerts] = [useAreasStore(), useFleetStore(), useAlertsStore()];
  const devicesBy = computed(() => groupBy(fleet.all, (device) => areas.communityOf(device.area)?.id));
  const alertsBy = computed(() => groupBy(alerts.standing, (alert) => areas.communityOf(alert.area)?.id));
  const communities = computed(() => areas.communities.map((area) => stateOf(area, devicesBy.value.get(area.id) ?? [], alertsBy.value.get(area.id) ?? [])));
  return { communities };
}

function stateOf(area: AreaNode, devices: Device[], alerts: Alert[]): CommunityState {
  const totals = deviceTotals(devices);
  return {
    area, devices, total: totals.total, online: totals.online,
    alerts: alerts.length, worst: worstSeverity(alerts),
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
