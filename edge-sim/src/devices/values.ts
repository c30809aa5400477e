import { METRICS, type MetricKey, type MetricValue } from '@liandong/protocols';

/** Readings of one report. */
export type Values = Partial<Record<MetricKey, MetricValue>>;

/** What a device would report at a simulated time: the same time always gives the same values. */
export type TelemetryModel = (simMs: number) => Values;

/** Brings a number into its metric's plausible range, rounded to the decimals worth showing. */
export function plausible(key: MetricKey, value: number): number {
  const { min, max, decimals } = METRICS[key];
  const scale = 10 ** decimals;
  // `+ 0` turns -0 into 0, which JSON would write the same but equality would not
  return Math.round(Math.min(max, Math.max(min, value)) * scale) / scale + 0;
}

/** `plausible` for every number; booleans stay as they are. */
export function plausibleValues(values: Values): Values {
  const result: Values = {};
  for (const [key, value] of Object.entries(values) as [MetricKey, MetricValue][]) { // keys of Values are metric keys by its type
    result[key] = typeof value === 'number' ? plausible(key, value) : value;
  }
  return result;
}
