import { WINDOW_MS, type AggregateWindow, type AreaId, type EpochMs, type MetricKey } from '@liandong/protocols';
import { CST_OFFSET_MS } from '../clock.js';

/** The window everything else is folded from. */
export const QUARTER_MS = WINDOW_MS['15m'];

/** Where the window that holds `at` starts; days begin at midnight UTC+8, and so do hours and quarters. */
export const startOf = (at: EpochMs, window: AggregateWindow): EpochMs => {
  const ms = WINDOW_MS[window];
  return Math.floor((at + CST_OFFSET_MS) / ms) * ms - CST_OFFSET_MS;
};

/**
 * The steps in which a window is worked out; each is done for all areas before the next, and marks what the next has to do in its own transaction.
 * `community`: a community and its grids, from the telemetry store. `subdistrict`, `city`: from the rows of the areas below. `hour`, `day`: from the area's own shorter windows.
 */
export const STAGES = ['community', 'subdistrict', 'city', 'hour', 'day'] as const;
export type Stage = (typeof STAGES)[number];
export const STAGE_NUMBER: Readonly<Record<Stage, number>> = { community: 0, subdistrict: 1, city: 2, hour: 3, day: 4 };
export const STAGE_WINDOW: Readonly<Record<Stage, AggregateWindow>> = { community: '15m', subdistrict: '15m', city: '15m', hour: '1h', day: '1d' };

/** One window of one metric in one area, by which it is marked and published. */
export interface WindowKey { readonly area: AreaId; readonly metric: MetricKey; readonly start: EpochMs }
