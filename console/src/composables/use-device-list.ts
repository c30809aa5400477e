import { refDebounced } from '@vueuse/core';
import { computed } from 'vue';
import { DEVICE_KINDS, DEVICE_STATUSES, type Device } from '@liandong/protocols';
import { useAreasStore } from '../stores/areas.js';
import { useFleetStore } from '../stores/fleet.js';
import { useAddressFilters } from './use-address-filters.js';

/** Silent devices first, then by name; what is retired comes last. */
const STATUS_ORDER: Record<Device['status'], number> = { offline: 0, online: 1, provisioned: 2, maintenance: 3, retired: 4 };

/** The devices page: filters in the address bar over the devices that the page holds anyway. */
export function useDeviceList() {
  const [fleet, areas] = [useFleetStore(), useAreasStore()];
  const address = useAddressFilters();
  const filters = { area: address.text('area'), kind: address.choice('kind', DEVICE_KINDS), status: address.choice('status', DEVICE_STATUSES), q: address.text('q') };
  const text = refDebounced(computed(() => filters.q.value?.trim().toLowerCase()), 150);
  const rows = computed(() => {
    const [area, kind, status] = [filters.area.value, filters.kind.value, filters.status.value];
    return fleet.all.filter((device) => (kind === undefined || device.kind === kind) && (status === undefined || device.status === status)
      && (area === undefined || areas.isWithin(device.area, area)) && (!text.value || device.id.includes(text.value) || device.name.toLowerCase().includes(text.value)))
      .sort((a, b) => STATUS_ORDER[a.status] - STATUS_ORDER[b.status] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  });
  return { filters, rows, clear: address.clear };
}
