import type { AreaId, Backtest, EpochMs, MetricKey, Rule } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import type { Job } from './jobs.js';
import type { Contender } from './run-backtest.js';
import type { Tally } from './tally.js';

/** A back-test as it was asked for, and what has become of it. */
export interface BacktestJob extends Job {
  readonly rule: Rule;
  /** Undefined: the whole hub. */
  readonly area: AreaId | undefined;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly startedAt: EpochMs;
  /** Of all contenders. Emptied at the end, as are the contenders' devices. */
  devices: readonly DeviceEntry[];
  readonly deviceCount: number;
  readonly candidate: Contender;
  readonly inForce: Contender | undefined;
  state: Backtest['state'];
  progress: number;
  samples: number;
  error?: string;
  chart?: Backtest['chart'];
}

export const CHART_METRICS = (rules: readonly { metrics: readonly MetricKey[] }[]): MetricKey[] => [...new Set(rules.flatMap(({ metrics }) => metrics))];

export function viewOf(job: BacktestJob): Backtest {
  const { id, state, progress, from, to, samples, startedAt, endedAt, error, chart, candidate, inForce, deviceCount } = job;
  return {
    id, state, progress, from, to, devices: deviceCount, samples, startedAt,
    ...(endedAt === undefined ? {} : { endedAt }), ...(error === undefined ? {} : { error }), ...(chart === undefined ? {} : { chart }),
    ...(state === 'done' ? { candidate: candidate.tally.result(), ...(inForce === undefined ? {} : { inForce: inForce.tally.result() }) } : {}),
  };
}
export type { Tally };
