import { computed, type ComputedRef } from 'vue';
import type { EpochMs } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { outOfServiceAt } from '../duty/maintenance.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLoaded } from './use-loaded.js';

/** Somebody may have planned or ended a window (ms). */
const AGAIN_MS = 30_000;

/** How many of the devices that the screen is of raise nothing now, as they are out of service by a maintenance window (ISA-18.2), and until when the last of the windows runs; undefined when there are none. */
export function useOutOfService(): ComputedRef<{ devices: number; until: EpochMs } | undefined> {
  const [areas, clock, fleet] = [useAreasStore(), useClockStore(), useFleetStore()];
  const { data } = useLoaded(() => Math.floor(clock.hubNow / AGAIN_MS), () => hubApi.openMaintenance());
  const running = computed(() => outOfServiceAt(data.value ?? [], clock.hubNow));
  return computed(() => {
    if (running.value.length === 0) return undefined;
    const named = new Set(running.value.flatMap(({ devices = [] }) => devices));
    const within = running.value.flatMap(({ area }) => area ?? []);
    const devices = fleet.all.filter(({ id, area, status }) => status !== 'retired' && (named.has(id) || within.some((whole) => areas.isWithin(area, whole)))).length;
    return devices === 0 ? undefined : { devices, until: Math.max(...running.value.map(({ to }) => to)) };
  });
}
