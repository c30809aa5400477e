import type { DataTableColumns } from 'naive-ui';
import { computed, h } from 'vue';
import { RouterLink } from 'vue-router';
import { METRICS, type Device } from '@liandong/protocols';
import StatusMark from '../components/common/StatusMark.vue';
import { keyMetric } from '../format/values.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useWords } from './use-words.js';

/** Columns of the devices table. */
export function useDeviceColumns() {
  const { t, placeName, metricName, valueText, age } = useWords();
  const [fleet, clock] = [useFleetStore(), useClockStore()];

  function latest(device: Device): string {
    const values = fleet.valuesOf(device.id) ?? {};
    const key = keyMetric(device.kind, values);
    const found = key === undefined ? undefined : values[key];
    return key === undefined || found === undefined ? '–' : `${metricName(key)} ${valueText(key, found.value)} ${METRICS[key].display}`;
  }
  return computed((): DataTableColumns<Device> => {
    // Read here, so that the rows in sight are drawn anew with every second's values and ages.
    void [clock.now, fleet.valuesVersion];
    return [
      { key: 'status', title: t('devices.status'), width: 120, render: (device) => h(StatusMark, { status: device.status }) },
      { key: 'name', title: t('devices.name'), minWidth: 190, ellipsis: { tooltip: false }, render: (device) => h(RouterLink, { to: { name: 'device', params: { id: device.id } } }, () => device.name) },
      { key: 'latest', title: t('devices.latest'), minWidth: 190, ellipsis: { tooltip: false }, render: latest },
      { key: 'lastSeen', title: t('devices.lastSeen'), width: 120, render: (device) => age(device.lastSeenAt) },
      { key: 'area', title: t('devices.area'), minWidth: 150, ellipsis: { tooltip: false }, render: (device) => placeName(device.area) },
      { key: 'kind', title: t('devices.kind'), width: 150, render: (device) => t(`kind.${device.kind}`) },
      { key: 'id', title: t('device.id'), width: 190, ellipsis: { tooltip: false }, render: (device) => h('span', { class: 'quiet' }, device.id) },
    ];
  });
}
