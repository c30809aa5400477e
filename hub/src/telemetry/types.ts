import type { DeviceEvent, DeviceId, EpochMs, MetricKey, MetricValue, Seq } from '@liandong/protocols';
import type { Feature } from '../feature.js';
import type { JournalBatch } from '../journal/types.js';

/** A stored value: time and number; booleans are 0 and 1. */
export type StoredPoint = readonly [ts: EpochMs, value: number];
export interface LatestValue { readonly metric: MetricKey; readonly ts: EpochMs; readonly value: MetricValue }
export interface StorePage<T> { readonly data: T[]; /** Opaque; absent on the last page. */ readonly next?: string }
/** What summaries are asked of: these metrics of these devices, in windows of `everyMs` that begin at whole multiples of it since 1970; `from` and `to` are such multiples. */
export interface SummaryRequest { readonly devices: readonly DeviceId[]; readonly metrics: readonly MetricKey[]; readonly from: EpochMs; readonly to: EpochMs; readonly everyMs: number }
/** The stored values of one device and metric in one window; `last` is the one with the latest time. */
export interface WindowSummary {
  readonly device: DeviceId; readonly metric: MetricKey; readonly start: EpochMs;
  readonly count: number; readonly sum: number; readonly min: number; readonly max: number; readonly last: number; readonly lastTs: EpochMs;
}
export interface SeriesRange { readonly device: DeviceId; readonly metric: MetricKey; /** Included. */ readonly from: EpochMs; /** Excluded. */ readonly to: EpochMs }

/** What a pass over stored history asks for. `from` included, `to` excluded. */
export interface ScanRange {
  /** Each once. */
  readonly devices: readonly DeviceId[];
  readonly metrics: readonly MetricKey[];
  /** Types of events; none when empty. */
  readonly events: readonly string[] | 'all';
  readonly from: EpochMs;
  readonly to: EpochMs;
}
/** Rows as columns, in order of time, those of one time side by side: `values[i]` of the metric at place `metric[i]` of the range's metrics. */
export interface ScanPoints { readonly ts: Float64Array; readonly metric: Uint8Array; readonly values: Float64Array }
/** Without its data, which may be about a person. */
export type ScanEvent = Pick<DeviceEvent, 'id' | 'ts' | 'type'>;
/** All that one device has stored from its chunk before (or the start of the range) up to `to`, which is excluded. */
export interface ScanChunk { readonly device: DeviceId; readonly to: EpochMs; readonly points: ScanPoints; /** Oldest first. */ readonly events: readonly ScanEvent[] }

/**
 * Where telemetry and events live. Two backends, one conformance suite.
 * Identity: a point is device, metric and `ts`; an event is device and `id`. The same one written again replaces the first.
 */
export interface TelemetryStore extends Feature {
  readonly backend: 'duckdb' | 'influxdb';
  /** Writes telemetry and event records of a batch, skips others; on disk when it resolves. Safe to call again with the same batch. Rejects while the store is down. */
  write(batch: JournalBatch): Promise<void>;
  /** Last sequence written, where the backend keeps it in the transaction of its rows (DuckDB); undefined where the journal keeps it (InfluxDB). */
  position(): Promise<Seq | undefined>;
  /** Latest value of each metric of these devices. */
  latest(devices: readonly DeviceId[]): Promise<Map<DeviceId, LatestValue[]>>;
  /** At most `points` points, oldest first; each bucket keeps its minimum and maximum at their own times. Fewer stored points come back as they are. */
  history(range: SeriesRange, points: number): Promise<StoredPoint[]>;
  /** Every stored point once, oldest first. Throws AppError CURSOR_INVALID. */
  raw(range: SeriesRange, page: { limit: number; cursor?: string }): Promise<StorePage<StoredPoint>>;
  /** Windows with at least one value, in no order. The caller keeps devices × metrics × windows to what fits in memory (100,000 or so). */
  summarise(request: SummaryRequest): Promise<WindowSummary[]>;
  /** Newest first; `from` included, `to` excluded. Throws AppError CURSOR_INVALID. */
  events(range: { device: DeviceId; from: EpochMs; to: EpochMs }, page: { limit: number; cursor?: string }): Promise<StorePage<DeviceEvent>>;
  /**
   * Everything stored of these devices in a time: one device after the other in the order they are named, each in order of time, in chunks of bounded size. Devices
   * without a row are passed over. Reads only as fast as its reader goes on, and lets writes and other reads pass. An aborted `signal` ends the query in progress;
   * the iteration then rejects with its reason. Rejects with AppError STORE_UNAVAILABLE.
   */
  scan(range: ScanRange, signal?: AbortSignal): AsyncIterable<ScanChunk>;
  /** Does the store answer now? Resolves false, never rejects; bounded to 2 s. */
  isReachable(): Promise<boolean>;
  /** Writes a copy of everything, as of one moment, into a new file (DuckDB). An InfluxDB server is backed up by its own tools. */
  copyTo?(path: string): Promise<void>;
  /** Drops telemetry before one time and events before another (retention). */
  dropBefore(limits: { telemetry: EpochMs; events: EpochMs }): Promise<void>;
}
