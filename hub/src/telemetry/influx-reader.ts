import { flux, fluxDateTime, fluxDuration, fluxExpression, type ParameterizedQuery } from '@influxdata/influxdb-client';
import type { DeviceEvent, DeviceId, EpochMs, MetricKey } from '@liandong/protocols';
import { eventCursor, parseEventCursor, parsePointCursor, pointCursor, type EventMark } from './cursor.js';
import type { InfluxHttp } from './influx-client.js';
import { latestValue } from './latest-value.js';
import { boundedMs as bounded, fluxTime as time, LATEST_MS, toMs } from './influx-time.js';
import { EVENT, TELEMETRY, tieWithinMs } from './line-protocol.js';
import type { LatestValue, SeriesRange, StoredPoint, SummaryRequest, TelemetryStore, WindowSummary } from './types.js';

interface PointRow { readonly _time: string; readonly _value: number }
interface ShapeRow { readonly result: string; readonly _time?: string; readonly _value: number }
interface LatestRow extends PointRow { readonly device: string; readonly _field: string }
interface SummaryRow { readonly result: string; readonly device: string; readonly _start: string; readonly _time?: string; readonly _value: number }
interface EventRow { readonly _time: string; readonly id: string; readonly type: string; readonly data: string }

/** Keeps a query's text short. */
const DEVICES_PER_QUERY = 100;
/** Above this a query that names every device is slower than one that reads them all. */
const MOST_DEVICES_NAMED = 1000;
/** The figures of a summary that the server works out next to its data, each a table of its own. */
const FIGURES = ['count', 'sum', 'min', 'max', 'last'] as const;

export type InfluxReader = Pick<TelemetryStore, 'latest' | 'history' | 'raw' | 'summarise' | 'events'>;

export function createInfluxReader({ http, bucket }: { http: InfluxHttp; bucket: string }): InfluxReader {
  const source = (measurement: string, from: EpochMs, to: EpochMs): ParameterizedQuery =>
    flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)}) |> filter(fn: (r) => r._measurement == ${measurement})`;
  const seriesOf = ({ device, metric, from, to }: SeriesRange): ParameterizedQuery =>
    flux`${source(TELEMETRY, from, to)} |> filter(fn: (r) => r.device == ${device} and r._field == ${metric})`;
  const pointsOf = async (query: ParameterizedQuery): Promise<StoredPoint[]> =>
    (await http.query<PointRow>(flux`${query} |> keep(columns: ["_time", "_value"])`)).map(toPoint);

  async function latestOf(devices: readonly DeviceId[]): Promise<LatestRow[]> {
    const isOneOf = fluxExpression(devices.map((device) => flux`r.device == ${device}`.toString()).join(' or '));
    return http.query<LatestRow>(flux`${source(TELEMETRY, 0, LATEST_MS)} |> filter(fn: (r) => ${isOneOf}) |> last()`);
  }

  /** Each figure by itself is worked out inside the storage engine; asked for together they would not be. */
  async function summariesOf({ from, to, everyMs }: SummaryRequest, metric: MetricKey, devices: readonly DeviceId[] | undefined): Promise<Iterable<WindowSummary>> {
    const isOneOf = devices === undefined ? 'true' : devices.map((device) => flux`r.device == ${device}`.toString()).join(' or ');
    const rows = await http.query<SummaryRow>(flux`data = ${source(TELEMETRY, from, to)} |> filter(fn: (r) => r._field == ${metric}) |> filter(fn: (r) => ${fluxExpression(isOneOf)}) |> window(every: ${ms(everyMs)})
      ${fluxExpression(FIGURES.map((figure) => `data |> ${figure}() |> keep(columns: ["device", "_start", "_time", "_value"]) |> yield(name: "${figure}")`).join('\n'))}`);
    return summaries(rows, metric);
  }

  return {
    async latest(devices) {
      const latest = new Map<DeviceId, LatestValue[]>();
      for (let start = 0; start < devices.length; start += DEVICES_PER_QUERY) {
        for (const row of await latestOf(devices.slice(start, start + DEVICES_PER_QUERY))) {
          const value = latestValue(row._field, toMs(row._time), row._value);
          if (value !== undefined) latest.set(row.device, [...latest.get(row.device) ?? [], value]);
        }
      }
      return latest;
    },

    async history(range, points) {
      if (isEmpty(range)) return [];
      const series = seriesOf(range);
      const shape = await http.query<ShapeRow>(flux`data = ${series}
        data |> count() |> yield(name: "count")
        data |> first() |> yield(name: "first")
        data |> last() |> yield(name: "last")`);
      const row = (name: string) => shape.find(({ result }) => result === name);
      if ((row('count')?._value ?? 0) <= points) return pointsOf(series);
      const first = toMs(row('first')?._time ?? '');
      const width = Math.ceil((toMs(row('last')?._time ?? '') - first + 1) / Math.max(1, Math.floor(points / 2)));
      return extremes(await pointsOf(flux`data = ${series} |> window(every: ${ms(width)}, offset: ${ms(first % width)})
        union(tables: [data |> min(), data |> max()])`));
    },

    async raw({ from, ...range }, { limit, cursor }) {
      const start = cursor === undefined ? from : Math.max(from, parsePointCursor(cursor) + 1);
      if (isEmpty({ from: start, to: range.to })) return { data: [] };
      const found = await pointsOf(flux`${seriesOf({ ...range, from: start })} |> limit(n: ${limit + 1})`);
      const data = found.slice(0, limit);
      const last = data.at(-1);
      return found.length > limit && last !== undefined ? { data, next: pointCursor(last[0]) } : { data };
    },

    async summarise(request) {
      const { devices, metrics } = request;
      if (isEmpty(request) || devices.length === 0) return [];
      const wanted = new Set(devices);
      const groups = devices.length > MOST_DEVICES_NAMED ? [undefined] : groupsOf(devices);
      const found: WindowSummary[] = [];
      // One metric at a time: an answer has a row per device, window and figure.
      for (const metric of metrics) for (const group of groups) for (const summary of await summariesOf(request, metric, group)) if (wanted.has(summary.device)) found.push(summary);
      return found;
    },

    /** A redelivery that came with another time is a row of its own here: of each id, only what was received last is shown. */
    async events({ device, from, to }, { limit, cursor }) {
      const before = cursor === undefined ? undefined : parseEventCursor(cursor);
      if (isEmpty({ from, to })) return { data: [] };
      const rows = await http.query<EventRow>(flux`${source(EVENT, from, to)} |> filter(fn: (r) => r.device == ${device})
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> sort(columns: ["at", "_time"], desc: true) |> unique(column: "id")
        |> filter(fn: (r) => r._time < ${before === undefined ? time(to) : timeOf(before)})
        |> sort(columns: ["_time"], desc: true) |> limit(n: ${limit + 1})`);
      const kept = rows.slice(0, limit);
      const last = kept.at(-1);
      const data = kept.map(toEvent);
      return rows.length > limit && last !== undefined ? { data, next: eventCursor({ ts: toMs(last._time), tie: tieWithinMs(last.id) }) } : { data };
    },
  };
}

const isEmpty = ({ from, to }: { from: EpochMs; to: EpochMs }): boolean => bounded(from) >= bounded(to);
/** The stored time of an event, to the nanosecond. */
const timeOf = ({ ts, tie }: EventMark) =>
  fluxDateTime(new Date(bounded(ts)).toISOString().replace('Z', `${String(tie % 1_000_000).padStart(6, '0')}Z`));
const ms = (value: number) => fluxDuration(`${Math.trunc(value)}ms`);

const toPoint = ({ _time, _value }: PointRow): StoredPoint => [toMs(_time), _value];
const toEvent = ({ _time, id, type, data }: EventRow): DeviceEvent =>
  ({ id, ts: toMs(_time), type, data: JSON.parse(data) as Record<string, unknown> }); // written by the line builder

function* summaries(rows: readonly SummaryRow[], metric: MetricKey): Generator<WindowSummary> {
  const windows = new Map<string, { device: DeviceId; start: EpochMs; figures: Partial<Record<string, number>> }>();
  for (const { result, device, _start, _time, _value } of rows) {
    const key = `${device} ${_start}`;
    const window = windows.get(key) ?? { device, start: toMs(_start), figures: {} };
    windows.set(key, window);
    window.figures[result] = _value;
    if (result === 'last' && _time !== undefined) window.figures['lastTs'] = toMs(_time);
  }
  for (const { device, start, figures: { count = 0, sum = 0, min = 0, max = 0, last = 0, lastTs = start } } of windows.values()) yield { device, metric, start, count, sum, min, max, last, lastTs };
}

function groupsOf(devices: readonly DeviceId[]): DeviceId[][] {
  const groups: DeviceId[][] = [];
  for (let start = 0; start < devices.length; start += DEVICES_PER_QUERY) groups.push(devices.slice(start, start + DEVICES_PER_QUERY));
  return groups;
}

/** A bucket whose lowest and highest are one point gives it once. */
const extremes = (points: readonly StoredPoint[]): StoredPoint[] => [...new Map(points)].sort(([a], [b]) => a - b);
