import type { BacktestResult } from '../backtest/measure-backtest.js';
import type { CityResult } from '../city/measure-city.js';
import type { AlertReport } from '../alerts/run-alerts.js';
import type { StormResult } from '../alerts/measure-storm.js';
import type { FleetsResult } from '../fleets/measure-fleets.js';
import type { EdgeResult } from '../edge/measure-edge.js';
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
  /** Absent when it was not measured. */
  readonly city?: CityResult;
  /** What rules and alerts cost; a member is absent when it was not measured. */
  readonly alerts: AlertReport;
  /** Absent when it was not measured. */
  readonly edge?: EdgeResult;
  /** Absent when it was not measured. */
  readonly fleets?: FleetsResult;
}

/** Something was measured, and all of it came out right. */
export const isRight = ({ results, codecs, backtest, city, alerts, edge, fleets }: RunReport): boolean => {
  const others = [...codecs, ...[backtest, city, edge, fleets, alerts.rules, alerts.alerts, alerts.storm, alerts.yielding, alerts.outrun].flatMap((result) => result === undefined ? [] : [result])];
  return results.length + others.length > 0 && results.every(isGood) && !others.some((result) => 'failure' in result)
    && (edge === undefined || 'failure' in edge || edge.rows === edge.expectedRows)
    && [alerts.storm, alerts.yielding, alerts.outrun].every((storm) => storm === undefined || 'failure' in storm || storm.turns.every(isWhole));
};

/** Is every alert of the storm in the database and on every screen, once? */
export const isWhole = ({ alerts, rows, different, fewestShown, again, lost }: StormResult): boolean =>
  rows === alerts && different === alerts && fewestShown === alerts && again === 0 && lost === 0;

/** Are all rows there? */
export const isGood = ({ figures }: Result): boolean => figures !== undefined && figures.rows === figures.expectedRows;
