import type { EpochMs, Seq } from '@liandong/protocols';

/** Columns of points: `series[i]`, `ts[i]`, `values[i]` are one row. Buffers are moved between threads, not copied. */
export interface PointColumns { readonly series: Int32Array; readonly ts: Float64Array; readonly values: Float64Array }
/** The dictionary: entry i is the series `ids[i]`. */
export interface SeriesColumns { readonly ids: readonly number[]; readonly devices: readonly string[]; readonly metrics: readonly string[] }
export interface EventRow { readonly device: string; readonly id: string; readonly ts: EpochMs; readonly tie: number; readonly type: string; readonly data: string }

export interface DuckdbSettings {
  readonly path: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
  readonly checkpointEveryMs: number;
}
export interface WriteRequest { readonly last: Seq; readonly newSeries: SeriesColumns; readonly points: PointColumns; readonly events: readonly EventRow[] }
export interface SeriesRequest { readonly series: number; readonly from: EpochMs; readonly to: EpochMs }
export interface SummariseRequest { readonly series: readonly number[]; readonly from: EpochMs; readonly to: EpochMs; readonly everyMs: number }
/** Entry i of each column is one series in one window; `ts` is where the window starts. */
export interface SummaryColumns {
  readonly series: Int32Array; readonly ts: Float64Array; readonly count: Float64Array; readonly sum: Float64Array; readonly min: Float64Array; readonly max: Float64Array;
  readonly last: Float64Array; readonly lastTs: Float64Array;
}
export interface EventsRequest { readonly device: string; readonly from: EpochMs; readonly to: EpochMs; readonly before?: { ts: EpochMs; tie: number }; readonly limit: number }

/** Series `series[i]` is of the device at place `devices[i]` and the metric at place `metrics[i]` of what is asked. */
export interface ScanSeries { readonly series: readonly number[]; readonly devices: readonly number[]; readonly metrics: readonly number[] }
/** `ids[i]` is the device at place `places[i]`; `types` undefined: all. */
export interface ScanEvents { readonly ids: readonly string[]; readonly places: readonly number[]; readonly types: readonly string[] | undefined }
/** `scan`: by this number it can be stopped. */
export interface ScanRequest { readonly scan: number; readonly series: ScanSeries; /** Undefined: none are asked for. */ readonly events: ScanEvents | undefined; readonly from: EpochMs; readonly to: EpochMs }
/** In order of device, time and metric. */
export interface ScanColumns { readonly device: Int32Array; readonly metric: Uint8Array; readonly ts: Float64Array; readonly values: Float64Array }
/** In order of device and time. */
export interface ScanEventRow { readonly device: number; readonly id: string; readonly ts: EpochMs; readonly type: string }
export interface ScanAnswer { readonly points: ScanColumns; readonly events: readonly ScanEventRow[] }

/** Everything the hub's main thread may ask of the worker: request and answer by name. */
export interface DuckdbCalls {
  open: { request: DuckdbSettings; answer: { series: SeriesColumns } };
  /** False: the position was past it already, and nothing of it was stored. */
  write: { request: WriteRequest; answer: boolean };
  position: { request: null; answer: Seq };
  latest: { request: { series: readonly number[] }; answer: PointColumns };
  history: { request: SeriesRequest & { points: number }; answer: PointColumns };
  raw: { request: SeriesRequest & { limit: number }; answer: PointColumns };
  summarise: { request: SummariseRequest; answer: SummaryColumns };
  events: { request: EventsRequest; answer: EventRow[] };
  /** Rows by place of the device; who has none is missing. */
  scanCounts: { request: ScanRequest; answer: ReadonlyMap<number, number> };
  scan: { request: ScanRequest; answer: ScanAnswer };
  /** Ends the query of that scan, which then fails. */
  stopScan: { request: number; answer: void };
  dropBefore: { request: { telemetry: EpochMs; events: EpochMs }; answer: void };
  /** A copy of the file for a backup, as of a moment between two writes. */
  copyTo: { request: { path: string }; answer: void };
  ping: { request: null; answer: void };
  close: { request: null; answer: void };
}
export type DuckdbCall = keyof DuckdbCalls;
export type DuckdbMessage = { [K in DuckdbCall]: { readonly id: number; readonly call: K; readonly request: DuckdbCalls[K]['request'] } }[DuckdbCall];
export type DuckdbReply =
  | { readonly id: number; readonly ok: true; readonly answer: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }
  /** Something went wrong that nobody waits for, such as a checkpoint. */
  | { readonly id: 0; readonly ok: false; readonly message: string };
