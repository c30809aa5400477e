import { WINDOW_MS, type AggregateAnswer, type AggregateRow, type Telemetry } from '@liandong/protocols';
import type { Desk } from './desk.js';
import { LOAD_METRICS, type Reading } from './sensor-load.js';

export interface Range { readonly from: number; readonly to: number }
/** What is compared of a row; the mean to nine digits, as sums of another order differ after that. */
export interface Figures { readonly count: number; readonly mean: number; readonly min: number; readonly max: number; readonly devices: number }
export type CountedWindow = '15m' | '1h';

/** Every reading of a device in its hub's store, by metric, as it lies there. `to` is excluded. */
export async function storedReadings(hub: Desk, device: string, metric: keyof Reading, { from, to }: Range): Promise<Telemetry['points']> {
  const points: Telemetry['points'] = [];
  for (let cursor = ''; ;) {
    const page = await hub.get<Telemetry>(`/devices/${device}/telemetry?metric=${metric}&raw=1&limit=10000&from=${from}&to=${to}${cursor}`);
    points.push(...page.points);
    if (page.next === undefined) return points.filter(([ts]) => ts < to);
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

/** Adds raw readings up, value by value. Keys: `window area metric start`. */
export class Recount {
  readonly #cells = new Map<string, { values: number[]; devices: Set<string> }>();

  add({ areas, metric, device, points }: { areas: readonly string[]; metric: string; device: string; points: Telemetry['points'] }): void {
    for (const [ts, value] of points) {
      for (const window of ['15m', '1h'] as const) {
        const start = Math.floor(ts / WINDOW_MS[window]) * WINDOW_MS[window];
        for (const area of areas) this.#put(`${window} ${area} ${metric} ${start}`, device, Number(value));
      }
    }
  }

  figures(): Map<string, Figures> {
    return new Map([...this.#cells].map(([key, { values, devices }]) => [key, {
      count: values.length, mean: digits(values.reduce((sum, value) => sum + value, 0) / values.length),
      min: values.reduce((a, b) => Math.min(a, b)), max: values.reduce((a, b) => Math.max(a, b)), devices: devices.size,
    }]));
  }

  #put(key: string, device: string, value: number): void {
    const cell = this.#cells.get(key) ?? { values: [], devices: new Set() };
    this.#cells.set(key, cell);
    cell.values.push(value);
    cell.devices.add(device);
  }
}

export const rowKey = ({ window, area, metric, start }: Pick<AggregateRow, 'window' | 'area' | 'metric' | 'start'>): string => `${window} ${area} ${metric} ${start}`;
export const figuresOf = ({ count, mean, min, max, devices }: AggregateRow): Figures => ({ count, mean: digits(mean), min, max, devices });

/** What a city has of the load's metrics in a range. */
export async function cityRows(city: Desk, { from, to }: Range): Promise<AggregateRow[]> {
  const rows: AggregateRow[] = [];
  for (const window of ['15m', '1h'] as const) {
    for (const metric of LOAD_METRICS) {
      for (let since = ''; ;) {
        const { data, next } = await city.get<AggregateAnswer>(`/aggregates?window=${window}&metric=${metric}&from=${from}&to=${to}&limit=10000${since === '' ? '' : `&since=${since}`}`);
        rows.push(...data);
        if (next === since) break;
        since = next;
      }
    }
  }
  return rows;
}

const digits = (value: number): number => Number(value.toPrecision(9));
