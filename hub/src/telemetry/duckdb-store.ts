import { Worker } from 'node:worker_threads';
import { isMetricKey, type DeviceEvent, type DeviceId, type MetricKey } from '@liandong/protocols';
import { eventCursor, parseEventCursor, parsePointCursor, pointCursor } from './cursor.js';
import { buffersOf, createSeriesDictionary, encodeBatch, toPoints, type SeriesDictionary } from './duckdb-columns.js';
import type { EventRow } from './duckdb-protocol.js';
import { createDuckdbScan } from './duckdb-scan.js';
import { isWithin } from '../is-within.js';
import type { StoreLog } from './store-log.js';
import { latestValue } from './latest-value.js';
import type { LatestValue, TelemetryStore, WindowSummary } from './types.js';
import { createWorkerChannel } from './worker-channel.js';

export interface DuckdbStoreOptions {
  /** The database file, inside DATA_DIR; made when it isn't there. */
  readonly path: string;
  readonly log: StoreLog;
  /** What DuckDB may take for itself (MB); 512 when not given. */
  readonly memoryLimitMb?: number;
  /** Threads DuckDB may use; 1 when not given: two cores are all a small hub has. */
  readonly threads?: number;
  /** Every minute when not given. */
  readonly checkpointEveryMs?: number;
  /** First wait before a dead worker is started again; 1 s when not given. */
  readonly restartDelayMs?: number;
  /** For tests that take the worker away. */
  readonly createWorker?: () => Worker;
}

const REACHABLE_WITHIN_MS = 2_000;

/** The worker beside this file: compiled when this is compiled, TypeScript when this runs from source (tsx, Vitest). */
export function spawnDuckdbWorker(): Worker {
  const file = import.meta.url.endsWith('.ts') ? './duckdb-worker-source.mjs' : './duckdb-worker.js';
  return new Worker(new URL(file, import.meta.url), { execArgv: [] }); // not the flags of whoever started the hub
}

/**
 * Telemetry in one DuckDB file, owned by a worker thread: the calling thread only packs and unpacks columns.
 * Every call rejects with AppError STORE_UNAVAILABLE while the worker is down. `start` throws StartError when the file can't be opened.
 */
export function createDuckdbStore(options: DuckdbStoreOptions): TelemetryStore {
  const { path, log, memoryLimitMb = 512, threads = 1, checkpointEveryMs = 60_000, restartDelayMs = 1_000, createWorker = spawnDuckdbWorker } = options;
  let dictionary: SeriesDictionary = createSeriesDictionary({ ids: [], devices: [], metrics: [] });
  const channel = createWorkerChannel({
    createWorker, log, restartDelayMs, settings: { path, memoryLimitMb, threads, checkpointEveryMs },
    onOpen: ({ series }) => { dictionary = createSeriesDictionary(series); },
  });

  const scan = createDuckdbScan({ channel, dictionary: () => dictionary });

  return {
    backend: 'duckdb',
    start: () => channel.start(),
    stop: () => channel.stop(),

    async write(batch) {
      const current = dictionary;
      const request = encodeBatch(batch, current);
      const isStored = await channel.call('write', request, buffersOf(request.points));
      if (isStored) current.markStored(request.newSeries.ids.at(-1) ?? 0);
    },

    position: () => channel.call('position', null),

    async latest(devices) {
      const owners = new Map<number, { device: DeviceId; metric: string }>();
      for (const device of devices) {
        for (const [metric, id] of dictionary.metricsOf(device) ?? []) owners.set(id, { device, metric });
      }
      const { series, ts, values } = await channel.call('latest', { series: [...owners.keys()] });
      const latest = new Map<DeviceId, LatestValue[]>();
      series.forEach((id, i) => {
        const owner = owners.get(id);
        const value = owner && latestValue(owner.metric, ts[i] ?? 0, values[i] ?? 0);
        if (owner === undefined || value === undefined) return;
        const list = latest.get(owner.device);
        if (list === undefined) latest.set(owner.device, [value]);
        else list.push(value);
      });
      return latest;
    },

    async history({ device, metric, from, to }, points) {
      const series = dictionary.find(device, metric);
      return series === undefined ? [] : toPoints(await channel.call('history', { series, from, to, points }));
    },

    async raw({ device, metric, from, to }, { limit, cursor }) {
      const start = cursor === undefined ? from : Math.max(from, parsePointCursor(cursor) + 1);
      const series = dictionary.find(device, metric);
      if (series === undefined) return { data: [] };
      const found = toPoints(await channel.call('raw', { series, from: start, to, limit: limit + 1 }));
      const data = found.slice(0, limit);
      const last = data.at(-1);
      return found.length > limit && last !== undefined ? { data, next: pointCursor(last[0]) } : { data };
    },

    async summarise({ devices, metrics, ...range }) {
      const owners = new Map<number, { device: DeviceId; metric: MetricKey }>();
      const wanted = new Set<string>(metrics);
      for (const device of devices) {
        for (const [metric, id] of dictionary.metricsOf(device) ?? []) if (wanted.has(metric) && isMetricKey(metric)) owners.set(id, { device, metric });
      }
      if (owners.size === 0) return [];
      const found = await channel.call('summarise', { series: [...owners.keys()], ...range });
      const summaries: WindowSummary[] = [];
      found.series.forEach((id, i) => {
        const owner = owners.get(id);
        if (owner !== undefined) summaries.push({ ...owner, start: found.ts[i]!, count: found.count[i]!, sum: found.sum[i]!, min: found.min[i]!, max: found.max[i]!, last: found.last[i]!, lastTs: found.lastTs[i]! }); // columns of one length
      });
      return summaries;
    },

    async events({ device, from, to }, { limit, cursor }) {
      const before = cursor === undefined ? {} : { before: parseEventCursor(cursor) };
      const found = await channel.call('events', { device, from, to, limit: limit + 1, ...before });
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const data = rows.map(toEvent);
      return found.length > limit && last !== undefined ? { data, next: eventCursor(last) } : { data };
    },

    scan,

    isReachable: () => isWithin(channel.call('ping', null), REACHABLE_WITHIN_MS).catch(() => false),
    copyTo: (path) => channel.call('copyTo', { path }),
    dropBefore: (limits) => channel.call('dropBefore', limits),
  };
}

const toEvent = ({ id, ts, type, data }: EventRow): DeviceEvent => ({ id, ts, type, data: JSON.parse(data) as Record<string, unknown> }); // written by encodeBatch
