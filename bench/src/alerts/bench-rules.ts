import type { DeviceKind, GateEvent, MetricKey, Rule, Severity } from '@liandong/protocols';
import { METRICS } from '../load/frames.js';

const shared = (id: string, kinds: DeviceKind[]) => ({
  id, kinds, name: { zh: id, en: id }, message: { zh: '{device} {value}', en: '{device} {value}' }, enabled: true, onDelayS: 0, offDelayS: 0,
});
const above = (id: string, kinds: DeviceKind[], metric: MetricKey, limit: number, severity: Severity, more: object = {}): Rule =>
  ({ ...shared(id, kinds), type: 'threshold', metric, direction: 'above', bands: [{ limit, severity }], clearAt: limit - 1, ...more });

/** Ten rules on the metrics of every message, none of which is ever met. */
export const TEN_RULES: readonly Rule[] = Array.from({ length: 10 }, (_, index) =>
  above(`ten-${index}`, ['env_sensor'], METRICS[index % METRICS.length] ?? 'temperature', 100 + index, 'minor'));

/** Other communities, to which rules are scoped. */
export const OTHER_VILLAGES = Array.from({ length: 60 }, (_, index) => ({ id: `bench-other-${index}`, level: 'community' as const, name: `别村 ${index}`, parent: 'bench-street' }));

/** With the ten, ten thousand: on the same metrics, of the same kind or of others, and scoped to other communities, devices and kinds. */
export const OTHER_RULES: readonly Rule[] = Array.from({ length: 9_990 }, (_, index) => {
  const metric = METRICS[index % METRICS.length] ?? 'temperature';
  switch (index % 3) {
    case 0: return above(`area-${index}`, ['env_sensor'], metric, 90, 'minor', { scope: { areas: [OTHER_VILLAGES[index % OTHER_VILLAGES.length]?.id ?? ''] } });
    case 1: return above(`device-${index}`, ['env_sensor'], metric, 90, 'minor', { scope: { devices: [`elsewhere-${index}`] } });
    default: return above(`kind-${index}`, ['waste_bin'], metric, 90, 'minor');
  }
});

/** Events each of which is a critical alert, so that a gate has as many alerts as there are. None of them clears by itself. */
export const CRITICAL_EVENTS = ['forced_open', 'tamper', 'fault', 'held_open', 'denied'] as const satisfies readonly GateEvent[];
export const criticalRuleId = (event: string): string => `critical-${event.replace('_', '-')}`;
export const CRITICAL_RULES: readonly Rule[] = CRITICAL_EVENTS.map((event) => ({
  ...shared(criticalRuleId(event), ['access_gate']), message: { zh: '{device}', en: '{device}' }, type: 'event', event, count: 1, withinS: 1, clearOn: [], severity: 'critical', manualClear: true,
}));

/** What a sensor of the storm reports, from where on it is a warning, and what is usual: a metric each, so that a sensor has as many alerts as there are. */
export const STORM_METRICS = [
  { metric: 'temperature', field: 'temperature', value: 80, limit: 60, usual: 21 }, { metric: 'humidity', field: 'humidity', value: 100, limit: 98, usual: 50 },
  { metric: 'co2', field: 'co2', value: 6000, limit: 5000, usual: 600 }, { metric: 'pm2_5', field: 'pm2_5', value: 800, limit: 500, usual: 20 },
  { metric: 'pm10', field: 'pm10', value: 900, limit: 600, usual: 30 }, { metric: 'pressure', field: 'pressure', value: 1090, limit: 1080, usual: 1013 },
  { metric: 'hcho', field: 'hcho', value: 2, limit: 1, usual: 0 }, { metric: 'illuminance', field: 'illuminance', value: 150_000, limit: 120_000, usual: 300 },
  { metric: 'noise', field: 'LAeq', value: 130, limit: 120, usual: 45 }, { metric: 'wind_direction', field: 'wind_direction', value: 359, limit: 358, usual: 90 },
] as const satisfies readonly { metric: MetricKey; field: string; value: number; limit: number; usual: number }[];
export const STORM_RULES: readonly Rule[] = STORM_METRICS.map(({ metric, limit }) => above(`storm-${metric.replace('_', '-')}`, ['env_sensor'], metric, limit, 'warning'));
