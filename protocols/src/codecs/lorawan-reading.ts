import type { EpochMs } from '../ids.js';
import { METRICS, type MetricKey, type MetricValue } from '../metrics.js';
import type { Refusal } from '../refusals.js';
import type { Reading } from './decoded.js';
import { LONGEST_DISTANCE_MM } from './fields.js';
import { valueFault } from './native.js';

type Target = MetricKey | 'distanceMm';

export interface Gathering {
  /** Keeps a plausible value; another becomes a refusal. */
  put(target: Target, value: MetricValue): void;
  refuse(refusal: Refusal): void;
  /** At most one reading. */
  done(): { readings: Reading[]; refusals: Refusal[] };
}

/** Gathers one reading value by value. */
export function gather(ts: EpochMs | undefined): Gathering {
  const values: Partial<Record<MetricKey, MetricValue>> = {};
  const refusals: Refusal[] = [];
  let distanceMm: number | undefined;
  let isEmpty = true;
  return {
    put: (target, value) => {
      const reason = faultOf(target, value);
      if (reason !== undefined) return void refusals.push({ reason, detail: target });
      isEmpty = false;
      if (target === 'distanceMm') distanceMm = value as number; // faultOf has checked
      else values[target] = value;
    },
    refuse: (refusal) => void refusals.push(refusal),
    done: () => {
      if (isEmpty) return { readings: [], refusals };
      const reading: { ts?: EpochMs; values: Reading['values']; distanceMm?: number } = { values };
      if (ts !== undefined) reading.ts = ts;
      if (distanceMm !== undefined) reading.distanceMm = distanceMm;
      return { readings: [reading], refusals };
    },
  };
}

function faultOf(target: Target, value: MetricValue): Refusal['reason'] | undefined {
  if (target !== 'distanceMm') return valueFault(METRICS[target], value);
  if (typeof value !== 'number') return 'wrong_type';
  return value >= 0 && value <= LONGEST_DISTANCE_MM ? undefined : 'out_of_range';
}
