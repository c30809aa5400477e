import type { DeviceId, EpochMs, EventRecord, MetricKey, MetricValue, TelemetryRecord } from '@liandong/protocols';
import type { JournalBatch } from '../journal/types.js';
import type { EventRow, PointColumns, SeriesColumns, WriteRequest } from './duckdb-protocol.js';
import { eventTie } from './event-tie.js';

/**
 * The series dictionary: device and metric to a small number. Kept on the main thread so that rows cross to the worker as plain number columns.
 * A number is given out before it is stored; every write carries the series that no successful write has carried yet.
 */
export interface SeriesDictionary {
  find(device: DeviceId, metric: MetricKey): number | undefined;
  metricsOf(device: DeviceId): ReadonlyMap<string, number> | undefined;
  numberOf(device: DeviceId): DeviceSeries;
  unstored(): SeriesColumns;
  /** Series up to this number are stored now. */
  markStored(upTo: number): void;
}
/** The series of one device, made on first use. */
export type DeviceSeries = (metric: string) => number;

export function createSeriesDictionary(stored: SeriesColumns): SeriesDictionary {
  const devices = new Map<DeviceId, Map<string, number>>();
  const pending: { id: number; device: string; metric: string }[] = [];
  let highest = 0;
  stored.ids.forEach((id, i) => {
    add(stored.devices[i] ?? '', stored.metrics[i] ?? '', id);
    highest = Math.max(highest, id);
  });

  function add(device: string, metric: string, id: number): void {
    const series = devices.get(device);
    if (series === undefined) devices.set(device, new Map([[metric, id]]));
    else series.set(metric, id);
  }

  return {
    find: (device, metric) => devices.get(device)?.get(metric),
    metricsOf: (device) => devices.get(device),
    numberOf(device) {
      const known = devices.get(device);
      return (metric) => {
        const found = (known ?? devices.get(device))?.get(metric);
        if (found !== undefined) return found;
        highest += 1;
        add(device, metric, highest);
        pending.push({ id: highest, device, metric });
        return highest;
      };
    },
    unstored: () => ({ ids: pending.map((entry) => entry.id), devices: pending.map((entry) => entry.device), metrics: pending.map((entry) => entry.metric) }),
    markStored(upTo) {
      while (pending[0] !== undefined && pending[0].id <= upTo) pending.shift();
    },
  };
}

/** Turns a journal batch into columns; statuses and replies are left out. */
export function encodeBatch(batch: JournalBatch, dictionary: SeriesDictionary): WriteRequest {
  const points = allocate(countValues(batch));
  const events: EventRow[] = [];
  let row = 0;
  for (const record of batch.records) {
    if (record.type === 'telemetry') row = fillRows(record, dictionary, points, row);
    else if (record.type === 'event') events.push(eventRow(record));
  }
  return { last: batch.last, newSeries: dictionary.unstored(), points, events };
}

function countValues(batch: JournalBatch): number {
  let count = 0;
  for (const record of batch.records) {
    if (record.type === 'telemetry') count += Object.keys(record.values).length;
  }
  return count;
}

function fillRows(record: TelemetryRecord, dictionary: SeriesDictionary, points: PointColumns, start: number): number {
  const seriesOf = dictionary.numberOf(record.device);
  const values = record.values as Readonly<Record<string, MetricValue>>; // a record holds no undefined values
  let row = start;
  for (const metric in values) {
    points.series[row] = seriesOf(metric);
    points.ts[row] = record.ts;
    points.values[row] = Number(values[metric]);
    row += 1;
  }
  return row;
}

const eventRow = ({ device, id, ts, event, data }: EventRecord): EventRow =>
  ({ device, id, ts, tie: eventTie(id), type: event, data: JSON.stringify(data) });

const allocate = (rows: number): PointColumns => ({ series: new Int32Array(rows), ts: new Float64Array(rows), values: new Float64Array(rows) });

export const buffersOf = ({ series, ts, values }: PointColumns): ArrayBuffer[] =>
  [series.buffer, ts.buffer, values.buffer] as ArrayBuffer[]; // made by `allocate`, never shared memory

export const toPoints = ({ ts, values }: PointColumns): (readonly [ts: EpochMs, value: number])[] =>
  Array.from(ts, (at, i) => [at, values[i] ?? 0] as const);
