import type { EpochMs, MetricKey, MetricValue, TelemetryRecord } from '@liandong/protocols';

/** Latest values of one device, each measured at a time of its own, as readings: those of one moment together. Keys are of the catalogue. */
export function byMoment(values: Iterable<readonly [metric: string, value: { readonly ts: EpochMs; readonly value: MetricValue }]>): Map<EpochMs, TelemetryRecord['values']> {
  const moments = new Map<EpochMs, Partial<Record<MetricKey, MetricValue>>>();
  for (const [metric, { ts, value }] of values) {
    const reading = moments.get(ts) ?? {};
    reading[metric as MetricKey] = value; // said by the caller
    moments.set(ts, reading);
  }
  return moments;
}
