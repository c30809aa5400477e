import { fluxDateTime } from '@influxdata/influxdb-client';
import type { EpochMs } from '@liandong/protocols';

/** What fits the server's 64-bit nanoseconds (the year 2262). */
export const LATEST_MS = 9_223_372_036_000;

export const boundedMs = (at: EpochMs): EpochMs => Math.ceil(Math.min(Math.max(at, 0), LATEST_MS));
export const fluxTime = (at: EpochMs) => fluxDateTime(new Date(boundedMs(at)).toISOString());
/** Drops what is finer than a millisecond. */
export const toMs = (time: string): EpochMs => Date.parse(time.replace(/(\.\d{3})\d+/, '$1'));
