import type { SeriesDictionary } from './duckdb-columns.js';
import type { ScanRequest } from './duckdb-protocol.js';
import { chunksOf } from './scan-chunks.js';
import { planScan } from './scan-plan.js';
import type { ScanChunk, ScanRange } from './types.js';
import type { WorkerChannel } from './worker-channel.js';

/** Of one slice: 4 MB of columns, a tenth of a second of the worker's time. */
const MOST_ROWS = 200_000;
/** Every count looks through the months touched once. */
const DEVICES_AT_ONCE = 5_000;

type Span = Pick<ScanRange, 'from' | 'to'>;

/** Passes over the file, slice by slice; `dictionary` is asked anew for each slice, as the worker may have been started again. */
export function createDuckdbScan({ channel, dictionary }: { channel: WorkerChannel; dictionary: () => SeriesDictionary }) {
  let scans = 0;

  return async function* scan(range: ScanRange, signal?: AbortSignal): AsyncGenerator<ScanChunk> {
    scans += 1;
    const scan = scans;
    const requestOf = (places: readonly number[], span: Span): ScanRequest => ({ scan, ...span, series: seriesOf(range, places, dictionary()), events: eventsOf(range, places) });

    async function ask<T>(call: () => Promise<T>): Promise<T> {
      signal?.throwIfAborted();
      const stop = (): void => { channel.call('stopScan', scan).catch(() => undefined); }; // or it is gone with its thread
      signal?.addEventListener('abort', stop, { once: true });
      try {
        return await call();
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    }

    const slices = planScan({
      devices: range.devices.length, from: range.from, to: range.to, devicesAtOnce: DEVICES_AT_ONCE, mostRows: MOST_ROWS,
      async count(places, from, to) {
        const counts = await ask(() => channel.call('scanCounts', requestOf(places, { from, to })));
        return places.map((place) => counts.get(place) ?? 0);
      },
    });
    for await (const { devices, from, to } of slices) {
      for (const chunk of chunksOf(range, to, await ask(() => channel.call('scan', requestOf(devices, { from, to }))))) {
        yield chunk;
        signal?.throwIfAborted();
      }
    }
  };
}

function seriesOf({ devices, metrics }: ScanRange, places: readonly number[], dictionary: SeriesDictionary): ScanRequest['series'] {
  const found: { series: number[]; devices: number[]; metrics: number[] } = { series: [], devices: [], metrics: [] };
  for (const place of places) {
    for (const [metric, key] of metrics.entries()) {
      const id = dictionary.find(devices[place] ?? '', key);
      if (id === undefined) continue;
      found.series.push(id);
      found.devices.push(place);
      found.metrics.push(metric);
    }
  }
  return found;
}

function eventsOf({ devices, events }: ScanRange, places: readonly number[]): ScanRequest['events'] {
  if (events !== 'all' && events.length === 0) return undefined;
  return { ids: places.map((place) => devices[place] ?? ''), places, types: events === 'all' ? undefined : events };
}
