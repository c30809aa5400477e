import { flux, fluxDateTime, fluxDuration, fluxExpression, type ParameterizedQuery } from '@influxdata/influxdb-client';
import type { DeviceEvent, DeviceId, EpochMs } from '@liandong/protocols';
import { eventCursor, parseEventCursor, parsePointCursor, pointCursor, type EventMark } from './cursor.js';
import type { InfluxHttp } from './influx-client.js';
import { latestValue } from './latest-value.js';
import { boundedMs as bounded, fluxTime as time, LATEST_MS, toMs } from './influx-time.js';
import { EVENT, TELEMETRY, tieWithinMs } from './line-protocol.js';
import type { LatestValue, SeriesRange, StoredPoint, TelemetryStore } from './types.js';

interface PointRow { readonly _time: string; readonly _value: number }
interface ShapeRow { readonly result: string; readonly _time?: string; readonly _value: number }
interface LatestRow extends PointRow { readonly device: string; readonly _field: string }
interface EventRow { readonly _time: string; readonly id: string; readonly type: string; readonly data: string }

/** Keeps a query's text short. */
const DEVICES_PER_QUERY = 100;

export type InfluxReader = Pick<TelemetryStore, 'latest' | 'history' | 'raw' | 'events'>;

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

/** A bucket whose lowest and highest are one point gives it once. */
const extremes = (points: readonly StoredPoint[]): StoredPoint[] => [...new Map(points)].sort(([a], [b]) => a - b);
