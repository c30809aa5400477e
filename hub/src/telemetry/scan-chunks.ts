import type { EpochMs } from '@liandong/protocols';
import type { ScanChunk, ScanEvent, ScanPoints, ScanRange } from './types.js';

/** Rows of several devices, in order of device and time. */
interface SliceRows {
  readonly points: ScanPoints & { readonly device: Int32Array };
  readonly events: readonly (ScanEvent & { readonly device: number })[];
}

/** Cuts what was read of a slice by device. The columns are views, not copies. */
export function* chunksOf(range: ScanRange, to: EpochMs, { points, events }: SliceRows): Generator<ScanChunk> {
  let [row, event] = [0, 0];
  while (row < points.device.length || event < events.length) {
    const place = Math.min(points.device[row] ?? Infinity, events[event]?.device ?? Infinity);
    const [firstRow, firstEvent] = [row, event];
    while (points.device[row] === place) row += 1;
    while (events[event]?.device === place) event += 1;
    const device = range.devices[place];
    if (device === undefined) continue; // never: places come from this list
    yield {
      device, to, events: events.slice(firstEvent, event).map(({ id, ts, type }) => ({ id, ts, type })),
      points: { ts: points.ts.subarray(firstRow, row), metric: points.metric.subarray(firstRow, row), values: points.values.subarray(firstRow, row) },
    };
  }
}
