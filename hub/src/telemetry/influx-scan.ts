import { flux, fluxExpression, type ParameterizedQuery } from '@influxdata/influxdb-client';
import { METRIC_KEYS, type DeviceId, type EpochMs } from '@liandong/protocols';
import type { InfluxHttp } from './influx-client.js';
import { boundedMs, fluxTime, toMs } from './influx-time.js';
import { EVENT, TELEMETRY } from './line-protocol.js';
import { chunksOf } from './scan-chunks.js';
import { planScan } from './scan-plan.js';
import type { ScanChunk, ScanEvent, ScanRange } from './types.js';

/** Keeps a query's text short. */
const DEVICES_AT_ONCE = 100;
/** Of one slice, which is read row by row and put in order on the calling thread. */
const MOST_ROWS = 20_000;
/** A busy server takes longer over a pass than over a chart. */
const SLICE_TIMEOUT_MS = 60_000;

interface Rows { device: number[]; metric: number[]; ts: number[]; values: number[] }
type Slice = { readonly places: readonly number[]; readonly from: EpochMs; readonly to: EpochMs };
type OnRow = (read: (column: string) => string) => void;

/** A pass over the bucket, slice by slice, each streamed. */
export async function* scanInflux({ http, bucket }: { http: InfluxHttp; bucket: string }, range: ScanRange, signal?: AbortSignal): AsyncGenerator<ScanChunk> {
  const placeOf = new Map<DeviceId, number>(range.devices.map((device, place) => [device, place]));
  const metricOf = new Map<string, number>(range.metrics.map((metric, place) => [metric, place]));
  const hasEvents = range.events === 'all' || range.events.length > 0;

  function source(measurement: string, { places, from, to }: Slice): ParameterizedQuery {
    const devices = oneOf(places.map((place) => flux`r.device == ${range.devices[place] ?? ''}`));
    return flux`from(bucket: ${bucket}) |> range(start: ${fluxTime(from)}, stop: ${fluxTime(to)}) |> filter(fn: (r) => r._measurement == ${measurement} and (${devices}))`;
  }
  const pointsOf = (slice: Slice): ParameterizedQuery => range.metrics.length === METRIC_KEYS.length ? source(TELEMETRY, slice)
    : flux`${source(TELEMETRY, slice)} |> filter(fn: (r) => ${oneOf(range.metrics.map((metric) => flux`r._field == ${metric}`))})`;

  const ask = (query: ParameterizedQuery, onRow: OnRow): Promise<void> => http.rows(query, onRow, { timeoutMs: SLICE_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) });

  async function count(places: readonly number[], from: EpochMs, to: EpochMs): Promise<number[]> {
    const counts = new Map<number, number>();
    const add: OnRow = (read) => {
      const place = placeOf.get(read('device'));
      if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + Number(read('_value')));
    };
    const slice = { places, from, to };
    if (boundedMs(from) >= boundedMs(to)) return places.map(() => 0);
    if (range.metrics.length > 0) await ask(flux`${pointsOf(slice)} |> count() |> keep(columns: ["device", "_field", "_value"])`, add);
    if (hasEvents) await ask(flux`${source(EVENT, slice)} |> filter(fn: (r) => r._field == "type") |> count() |> keep(columns: ["device", "_value"])`, add);
    return places.map((place) => counts.get(place) ?? 0);
  }

  /** The server answers series by series, each in order of time. */
  async function readPoints(slice: Slice): Promise<Rows> {
    const rows: Rows = { device: [], metric: [], ts: [], values: [] };
    if (range.metrics.length === 0) return rows;
    await ask(flux`${pointsOf(slice)} |> keep(columns: ["device", "_field", "_time", "_value"])`, (read) => {
      const [place, metric] = [placeOf.get(read('device')), metricOf.get(read('_field'))];
      if (place === undefined || metric === undefined) return; // a metric that has left the catalogue
      rows.device.push(place);
      rows.metric.push(metric);
      rows.ts.push(toMs(read('_time')));
      rows.values.push(Number(read('_value')));
    });
    return rows;
  }

  /** Of each id only what was received last, as everywhere. */
  async function readEvents(slice: Slice): Promise<(ScanEvent & { device: number })[]> {
    if (!hasEvents) return [];
    const events: (ScanEvent & { device: number })[] = [];
    const wanted = range.events === 'all' ? undefined : new Set(range.events);
    await ask(flux`${source(EVENT, slice)} |> filter(fn: (r) => r._field != "data") |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
      |> sort(columns: ["at", "_time"], desc: true) |> unique(column: "id") |> sort(columns: ["_time"]) |> keep(columns: ["device", "_time", "id", "type"])`, (read) => {
      const [device, type] = [placeOf.get(read('device')), read('type')];
      if (device !== undefined && wanted?.has(type) !== false) events.push({ device, id: read('id'), ts: toMs(read('_time')), type });
    });
    return events.sort((a, b) => a.device - b.device); // stable: in order of time within
  }

  const slices = planScan({ devices: range.devices.length, from: range.from, to: range.to, count, devicesAtOnce: DEVICES_AT_ONCE, mostRows: MOST_ROWS });
  for await (const { devices: places, from, to } of slices) {
    const slice = { places, from, to };
    const points = inOrder(await readPoints(slice));
    for (const chunk of chunksOf(range, to, { points, events: await readEvents(slice) })) {
      yield chunk;
      signal?.throwIfAborted();
    }
  }
}

/** Runs that are in order already are merged, not sorted. */
function inOrder({ device, metric, ts, values }: Rows) {
  const order = Array.from(ts, (_, i) => i).sort((a, b) => device[a]! - device[b]! || ts[a]! - ts[b]! || metric[a]! - metric[b]!); // indices of the columns
  return {
    device: Int32Array.from(order, (i) => device[i]!), metric: Uint8Array.from(order, (i) => metric[i]!), // indices of the columns
    ts: Float64Array.from(order, (i) => ts[i]!), values: Float64Array.from(order, (i) => values[i]!), // indices of the columns
  };
}

const oneOf = (tests: readonly { toString(): string }[]) => fluxExpression(tests.map(String).join(' or '));
