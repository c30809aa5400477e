import type { BacktestResult } from '../backtest/measure-backtest.js';
import type { CodecResult } from '../codecs/measure-codecs.js';
import type { Figures } from '../measure.js';
import type { PathId } from '../paths/types.js';
import type { Machine } from './machine.js';

export interface Result {
  readonly path: PathId;
  readonly title: string;
  readonly workload: 'live' | 'drain';
  /** Absent when the run failed. */
  readonly figures?: Figures;
  readonly failure?: string;
}

export interface PathNote { readonly path: PathId; readonly title: string; readonly lines: readonly string[]; readonly skipped?: string }

/** Everything one run has found out. */
export interface RunReport {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly workloads: readonly string[];
  readonly machine: Machine;
  readonly paths: readonly PathNote[];
  readonly results: readonly Result[];
  /** Empty when they were not measured. */
  readonly codecs: readonly CodecResult[];
  /** Absent when it was not measured. */
  readonly backtest?: BacktestResult;
}

/** Something was measured, and all of it came out right. */
export const isRight = ({ results, codecs, backtest }: RunReport): boolean =>
  (results.length + codecs.length > 0 || backtest !== undefined) && results.every(isGood) && !codecs.some((codec) => 'failure' in codec) && (backtest === undefined || !('failure' in backtest));

/** Are all rows there? */
export const isGood = ({ figures }: Result): boolean => figures !== undefined && figures.rows === figures.expectedRows;
