import { refDebounced, refThrottled } from '@vueuse/core';
import { computed } from 'vue';
import { DEVICE_KINDS, DEVICE_STATUSES, type Device } from '@liandong/protocols';
import { linkState, LINK_STATES } from '../live/link-state.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useAddressFilters } from './use-address-filters.js';

/** Silent devices first, then by name; what is retired comes last. */
const STATUS_ORDER: Record<Device['status'], number> = { offline: 0, online: 1, provisioned: 2, maintenance: 3, retired: 4 };
/** Sorting 10,000 devices anew for each one that changes would eat a frame; ten a second may come. */
const EVERY_MS = 500;
/** Who is late is asked anew this often, not with every second's tick. */
const LATE_EVERY_MS = 5000;
export const DIRECT = 'none';

/** The devices page: filters in the address bar over the devices that the page holds anyway. */
export function useDeviceList() {
  const [fleet, areas, clock] = [useFleetStore(), useAreasStore(), useClockStore()];
  const address = useAddressFilters();
  const filters = {
    area: address.text('area'), kind: address.choice('kind', DEVICE_KINDS), status: address.choice('status', DEVICE_STATUSES), q: address.text('q'),
    gateway: address.text('gateway'), accepted: address.choice('accepted', ['true', 'false']), link: address.choice('link', LINK_STATES),
  };
  const text = refDebounced(computed(() => filters.q.value?.trim().toLowerCase()), 150);
  const all = refThrottled(computed(() => fleet.all), EVERY_MS);
  const at = computed(() => Math.floor(clock.hubNow / LATE_EVERY_MS) * LATE_EVERY_MS);
  const inArea = computed(() => {
    const area = filters.area.value;
    if (area === undefined) return all.value;
    const within = new Set(areas.flat.filter(({ id }) => areas.isWithin(id, area)).map(({ id }) => id));
    return all.value.filter((device) => within.has(device.area));
  });
  const rows = computed(() => {
    const [kind, status, gateway, accepted, link] = [filters.kind.value, filters.status.value, filters.gateway.value, filters.accepted.value, filters.link.value];
    return inArea.value.filter((device) => (kind === undefined || device.kind === kind) && (status === undefined || device.status === status)
      && (gateway === undefined || (gateway === DIRECT ? device.gateway === undefined : device.gateway === gateway))
      && (accepted === undefined || String(device.accepted !== false) === accepted) && (link === undefined || linkState(device, at.value) === link)
      && (!text.value || device.id.includes(text.value) || device.name.toLowerCase().includes(text.value) || device.externalId?.toLowerCase().includes(text.value) === true))
      .sort((a, b) => STATUS_ORDER[a.status] - STATUS_ORDER[b.status] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  });
  return { filters, rows, inArea, all, at, clear: address.clear };
}
