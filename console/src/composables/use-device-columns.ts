import { useMediaQuery } from '@vueuse/core';
import type { DataTableColumns } from 'naive-ui';
import { computed, h } from 'vue';
import { RouterLink } from 'vue-router';
import { METRICS, type Device } from '@liandong/protocols';
import StatusMark from '../components/common/StatusMark.vue';
import { keyMetric } from '../format/values.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { NARROW } from './use-alert-columns.js';
import { useWords } from './use-words.js';

/** Columns of the devices table; a single one of stacked rows where there is no room for more. */
export function useDeviceColumns() {
  const { t, placeName, metricName, valueText, age } = useWords();
  const [fleet, clock] = [useFleetStore(), useClockStore()];
  const isNarrow = useMediaQuery(NARROW);

  function latest(device: Device): string {
    const values = fleet.valuesOf(device.id) ?? {};
    const key = keyMetric(device.kind, values);
    const found = key === undefined ? undefined : values[key];
    return key === undefined || found === undefined ? '–' : `${metricName(key)} ${valueText(key, found.value)} ${METRICS[key].display}`;
  }
  const name = (device: Device) => h(RouterLink, { to: { name: 'device', params: { id: device.id } } }, () => device.name);
  const stacked = (device: Device) => h('div', { class: 'stacked' }, [
    h('div', { class: 'stacked-title' }, [name(device)]),
    h('div', { class: 'stacked-foot' }, [h(StatusMark, { status: device.status }), h('span', latest(device))]),
    h('div', { class: 'stacked-foot' }, [h('span', `${placeName(device.area)} · ${t(`kind.${device.kind}`)}`), h('span', age(device.lastSeenAt))]),
  ]);
  return computed((): DataTableColumns<Device> => {
    // Read here, so that the rows in sight are drawn anew with every second's values and ages.
    void [clock.now, fleet.valuesVersion];
    if (isNarrow.value) return [{ key: 'stacked', title: t('devices.title'), render: stacked }];
    return [
      { key: 'status', title: t('devices.status'), width: 120, render: (device) => h(StatusMark, { status: device.status }) },
      { key: 'name', title: t('devices.name'), minWidth: 190, ellipsis: { tooltip: false }, render: name },
      { key: 'latest', title: t('devices.latest'), minWidth: 190, ellipsis: { tooltip: false }, render: latest },
      { key: 'lastSeen', title: t('devices.lastSeen'), width: 120, render: (device) => age(device.lastSeenAt) },
      { key: 'area', title: t('devices.area'), minWidth: 150, ellipsis: { tooltip: false }, render: (device) => placeName(device.area) },
      { key: 'kind', title: t('devices.kind'), width: 150, render: (device) => t(`kind.${device.kind}`) },
      { key: 'id', title: t('device.id'), width: 190, ellipsis: { tooltip: false }, render: (device) => h('span', { class: 'quiet' }, device.id) },
    ];
  });
}
