import { WINDOW_MS, type AggregateRow, type AggregateWindow, type AreaId, type DeviceId, type EpochMs } from '@liandong/protocols';
import { CST_OFFSET_MS } from '../../src/clock.js';
import type { Rig } from './rig.js';

/** Where a device stood, from when on. */
export type Stays = ReadonlyMap<DeviceId, readonly { readonly since: EpochMs; readonly area: AreaId }[]>;
export type Recount = Pick<AggregateRow, 'count' | 'mean' | 'min' | 'max' | 'last' | 'devices'>;
interface Cell { values: number[]; last: number; lastTs: EpochMs; devices: Set<DeviceId> }

/** The slow and plain way: every stored value into every window of every area above it. Windows that have ended by `until`. */
export function recount({ store, areas }: Rig, stays: Stays, until: EpochMs): Map<string, Recount> {
  const cells = new Map<string, Cell>();
  for (const { device, metric, points } of store.values.values()) {
    for (const [ts, value] of points) {
      const quarter = startOf(ts, '15m');
      const stay = stays.get(device)!;
      const { area } = stay.findLast(({ since }) => since <= quarter) ?? stay[0]!;
      for (const window of ['15m', '1h', '1d'] as const) {
        const start = startOf(ts, window);
        if (start + WINDOW_MS[window] > until) continue;
        for (const { id } of areas.lineage(area)) {
          const key = `${id} ${metric} ${window} ${start}`;
          const cell = cells.get(key) ?? { values: [], last: value, lastTs: ts, devices: new Set() };
          cells.set(key, cell);
          cell.values.push(value);
          cell.devices.add(device);
          if (ts > cell.lastTs || (ts === cell.lastTs && value > cell.last)) [cell.last, cell.lastTs] = [value, ts];
        }
      }
    }
  }
  return new Map([...cells].map(([key, { values, last, devices }]) => [key, {
    count: values.length, mean: round(values.reduce((a, b) => a + b, 0) / values.length), min: Math.min(...values), max: Math.max(...values), last, devices: devices.size,
  }]));
}

export const keyOf = ({ area, metric, window, start }: AggregateRow): string => `${area} ${metric} ${window} ${start}`;
export const figuresOf = ({ count, mean, min, max, last, devices }: AggregateRow): Recount => ({ count, mean: round(mean), min, max, last, devices });

const round = (value: number): number => Number(value.toPrecision(9));
const startOf = (ts: EpochMs, window: AggregateWindow): EpochMs => Math.floor((ts + CST_OFFSET_MS) / WINDOW_MS[window]) * WINDOW_MS[window] - CST_OFFSET_MS;
