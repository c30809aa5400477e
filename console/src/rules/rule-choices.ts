import { GATE_EVENTS, METRICS, METRIC_KEYS, type DeviceKind, type MetricKey, type RuleType } from '@liandong/protocols';

const GATES: readonly DeviceKind[] = ['access_gate', 'vehicle_gate'];
const EVERY: readonly DeviceKind[] = ['waste_bin', 'env_sensor', ...GATES, 'gateway'];
/** Who reports what; what is not listed is an environment sensor's. As the hub has it (domain figures, "Metrics"). */
const REPORTERS: Partial<Record<MetricKey, readonly DeviceKind[]>> = {
  fill_level: ['waste_bin'], tilted: ['waste_bin'], lid_open: ['waste_bin'], temperature: ['waste_bin', 'env_sensor'], battery: EVERY, rssi: EVERY, snr: EVERY,
};
/** Bins and sensors have these too; passages are gates' alone. */
const NOT_ONLY_GATES: readonly string[] = ['tamper', 'fault'];

/** Metrics that each of these kinds reports. */
export const metricsFor = (kinds: readonly DeviceKind[]): MetricKey[] => METRIC_KEYS.filter((metric) => kinds.every((kind) => (REPORTERS[metric] ?? ['env_sensor']).includes(kind)));
/** Metrics a rule of this type may watch on these kinds. */
export const metricsOfType = (type: RuleType, kinds: readonly DeviceKind[]): MetricKey[] => metricsFor(kinds).filter((metric) => (METRICS[metric].type === 'boolean') === (type === 'state'));

/** Events that these kinds may send; `own` is kept when it is one they could send. */
export function eventsFor(kinds: readonly DeviceKind[], own?: string): string[] {
  const isGates = kinds.every((kind) => GATES.includes(kind));
  const known = GATE_EVENTS.filter((event) => isGates || NOT_ONLY_GATES.includes(event));
  if (own === undefined) return known;
  const isForeign = (GATE_EVENTS as readonly string[]).includes(own) ? !known.some((event) => event === own) : isGates;
  return isForeign ? [] : [own];
}
