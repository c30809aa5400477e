import { metricByKey, storedToMetricValue, type EpochMs, type MetricKey } from '@liandong/protocols';
import type { LatestValue } from './types.js';

/** A stored number as the metric's own kind of value; undefined for a metric that has left the catalogue. */
export function latestValue(key: string, ts: EpochMs, stored: number): LatestValue | undefined {
  const metric = metricByKey.get(key);
  return metric && { metric: key as MetricKey, ts, value: storedToMetricValue(metric, stored) }; // the catalogue has it
}
