import { isMetricKey, METRICS, type DeviceKind, type MetricKey, type MetricValue } from '@liandong/protocols';

/** Digits in groups of three with a thin space, as on the wall: 18 204. */
export const formatCount = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u2009');

/** A number with the decimals its metric deserves. */
export const formatNumber = (key: MetricKey, value: number): string => value.toFixed(METRICS[key].decimals);

/** What a list shows of a device of this kind: the first of these that it reports. */
const KEY_METRICS: Record<DeviceKind, readonly MetricKey[]> = {
  waste_bin: ['fill_level', 'temperature', 'battery'],
  env_sensor: ['pm2_5', 'noise', 'temperature', 'co2', 'humidity'],
  access_gate: ['battery', 'rssi'],
  vehicle_gate: ['battery', 'rssi'],
  gateway: ['rssi', 'temperature'],
};
export function keyMetric(kind: DeviceKind, values: Partial<Record<string, unknown>>): MetricKey | undefined {
  return KEY_METRICS[kind].find((key) => values[key] !== undefined) ?? Object.keys(values).find(isMetricKey);
}

export const asNumber = (value: MetricValue): number => typeof value === 'number' ? value : Number(value);
