import { METRICS, storedToMetricValue, type DeviceId, type EpochMs, type EventRecord, type MetricKey, type MetricValue, type TelemetryRecord } from '@liandong/protocols';
import type { ScanChunk } from '../telemetry/types.js';
import type { DeviceTrial } from './trial.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Between two looks at the clock. */
const RECORDS_PER_LOOK = 64;

/**
 * Makes records of stored rows again and shows them to trials, in order of time. Values of one device and time were one message; of a sample and an event of one
 * time the sample comes first. One record is used again and again: trials keep none.
 */
export class Replay {
  readonly #metrics: readonly { readonly key: MetricKey; readonly toValue: (stored: number) => MetricValue }[];

  constructor(metrics: readonly MetricKey[]) {
    this.#metrics = metrics.map((key) => ({ key, toValue: (stored) => storedToMetricValue(METRICS[key], stored) }));
  }

  /** Gives way after every few records, so that whoever runs it can let others have the thread. */
  *play({ device, points, events }: ScanChunk, trials: readonly DeviceTrial[]): Generator<void> {
    const values: Partial<Record<MetricKey, MetricValue>> = {};
    const sample: Mutable<TelemetryRecord> = { type: 'telemetry', device, ts: 0, at: 0, values };
    let [row, event, records] = [0, 0, 0];
    while (row < points.ts.length || event < events.length) {
      const ts = points.ts[row] ?? Infinity;
      const next = events[event];
      if (next !== undefined && next.ts < ts) {
        const record = eventOf(device, next);
        for (const trial of trials) trial.event(record);
        event += 1;
      } else {
        row = this.#fill(values, points, row);
        sample.ts = sample.at = ts;
        for (const trial of trials) trial.sample(sample);
      }
      records += 1;
      if (records % RECORDS_PER_LOOK === 0) yield;
    }
  }

  /** NaN stands for a metric that this message didn't have: rules pass over it. Answers the row after. */
  #fill(values: Partial<Record<MetricKey, MetricValue>>, { ts, metric, values: stored }: ScanChunk['points'], first: number): number {
    for (const { key } of this.#metrics) values[key] = NaN;
    let row = first;
    for (const at: EpochMs | undefined = ts[first]; row < ts.length && ts[row] === at; row += 1) {
      const { key, toValue } = this.#metrics[metric[row]!]!; // places in the list of metrics
      values[key] = toValue(stored[row]!); // row < length
    }
    return row;
  }
}

const eventOf = (device: DeviceId, { id, ts, type }: ScanChunk['events'][number]): EventRecord => ({ type: 'event', device, id, ts, at: ts, event: type, data: {} });
