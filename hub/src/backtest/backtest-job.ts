import type { AreaId, Backtest, EpochMs, Label, MetricKey } from '@liandong/protocols';
import type { TelemetryStore } from '../telemetry/types.js';
import { beginningOf } from './beginning.js';
import { chartsOf } from './charts.js';
import type { Job } from './jobs.js';
import { runBacktest, type BacktestPlan, type Contender } from './run-backtest.js';

/** What there is to do; given away when it is done. */
export interface BacktestTask extends BacktestPlan {
  readonly candidate: Contender;
  readonly inForce: Contender | undefined;
  /** The one metric that both versions are about. */
  readonly charted: MetricKey | undefined;
  /** Nothing before it is kept, or asked for. */
  readonly keptFrom: EpochMs;
}

/** A back-test as it was asked for, and what has become of it. */
export interface BacktestJob extends Job {
  /** Undefined: the whole hub. */
  readonly area: AreaId | undefined;
  task: BacktestTask | undefined;
  /** Replaced, never changed in place; without the time it ended. */
  view: Omit<Backtest, 'endedAt'>;
}

export interface BacktestJobDependencies {
  readonly telemetry: Pick<TelemetryStore, 'scan' | 'history' | 'raw'>;
  readonly stopwatch: () => number;
  /** What is to be said of a failure, in words for a person. */
  readonly wordsOf: (error: unknown) => Label;
}

/** Does it, and keeps of it only what is answered. Never rejects. */
export async function doBacktest(job: BacktestJob, signal: AbortSignal, { telemetry, stopwatch, wordsOf }: BacktestJobDependencies): Promise<void> {
  const { task } = job;
  if (task === undefined) return;
  const set = (more: Partial<Backtest>): void => { job.view = { ...job.view, ...more }; };
  try {
    let first = Infinity;
    await runBacktest(task, { telemetry, signal, stopwatch, onProgress: (rows, progress, earliest) => { set({ samples: job.view.samples + rows, progress }); first = Math.min(first, earliest); } });
    if (task.metrics.length === 0) first = Math.min(first, await beginningOf({ devices: task.devices.map(({ device: { id } }) => id), from: task.keptFrom, to: task.to, telemetry, signal }) ?? Infinity);
    const dataFrom = first === Infinity ? undefined : first;
    const chart = task.charted === undefined ? undefined : await chartsOf(task.charted, task.candidate.tally.examples, { ...task, telemetry, signal });
    set({
      state: 'done', progress: 1, candidate: task.candidate.tally.result(dataFrom), ...(dataFrom === undefined ? {} : { dataFrom }),
      ...(task.inForce === undefined ? {} : { inForce: task.inForce.tally.result(dataFrom) }), ...(chart === undefined ? {} : { chart }),
    });
  } catch (error) {
    if (signal.aborted) { set({ state: 'cancelled' }); return; }
    const { en, zh } = wordsOf(error);
    set({ state: 'failed', error: en, errorZh: zh });
  } finally {
    job.task = undefined;
  }
}
