import { METRICS, type MetricKey, type MetricValue } from '../metrics.js';
import type { Refusal } from '../refusals.js';
import type { Reading } from './decoded.js';
import { valueFault } from './native.js';

/** Longest distance a level sensor can mean (mm). */
export const LONGEST_DISTANCE_MM = 20_000;

/** How a maker's field becomes a metric: renamed, scaled, or read from the maker's own words. */
export interface FieldRule {
  readonly metric: MetricKey | 'distanceMm';
  /** Multiplied with a number. */
  readonly scale?: number;
  /** Turns the maker's value into ours; undefined: can't be read; null: says nothing, and that is no fault. Without it a number stays a number and a boolean a boolean: text is never guessed at. */
  read?(value: unknown): MetricValue | undefined | null;
}

export type FieldMap = Readonly<Record<string, FieldRule>>;

/** Reads the fields the map knows of an object; others are none of our business. At most one reading, and why any field was refused. */
export function readFields(object: Readonly<Record<string, unknown>>, fields: FieldMap, ts: number | undefined): { readings: Reading[]; refusals: Refusal[] } {
  const values: Partial<Record<MetricKey, MetricValue>> = {};
  const refusals: Refusal[] = [];
  let distanceMm: number | undefined;
  let isEmpty = true;
  // No list of entries and no spreading on this path: they cost more than what is read. What comes from JSON has its own keys only.
  for (const key in object) {
    const raw = object[key];
    if (raw === null || raw === undefined || !Object.hasOwn(fields, key)) continue;
    const rule = fields[key] as FieldRule; // hasOwn
    const value = rule.read === undefined ? scaled(raw, rule.scale) : rule.read(raw);
    if (value === null) continue;
    if (value === undefined) refusals.push({ reason: 'wrong_type', detail: key.slice(0, 64) });
    else if (rule.metric === 'distanceMm') {
      if (typeof value === 'number' && value >= 0 && value <= LONGEST_DISTANCE_MM) {
        distanceMm = value;
        isEmpty = false;
      } else refusals.push({ reason: typeof value === 'number' ? 'out_of_range' : 'wrong_type', detail: key.slice(0, 64) });
    } else {
      const fault = valueFault(METRICS[rule.metric], value);
      if (fault === undefined) {
        values[rule.metric] = value;
        isEmpty = false;
      } else refusals.push({ reason: fault, detail: key.slice(0, 64) });
    }
  }
  if (isEmpty) return { readings: [], refusals };
  const reading: { -readonly [K in keyof Reading]: Reading[K] } = { values };
  if (ts !== undefined) reading.ts = ts;
  if (distanceMm !== undefined) reading.distanceMm = distanceMm;
  return { readings: [reading], refusals };
}

const scaled = (raw: unknown, scale = 1): MetricValue | undefined =>
  typeof raw === 'boolean' ? raw : typeof raw === 'number' ? round(raw * scale) : undefined;

/** Binary fractions leave dust: 2571 * 0.01 is 25.71. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
