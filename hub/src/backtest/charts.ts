import type { Backtest, EpochMs, MetricKey } from '@liandong/protocols';
import type { TelemetryStore } from '../telemetry/types.js';
import type { TrialAlert } from './trial.js';

/** Examples that get a chart. */
const CHARTS = 8;
/** Of one chart. */
const POINTS = 240;
/** Before and after the alert there is as much as it lasted, but so much at least and at most. */
const [LEAST_ASIDE_MS, MOST_ASIDE_MS] = [3_600_000, 86_400_000];

/** The metric around the first examples, down-sampled with its extremes kept. */
export async function chartsOf(
  metric: MetricKey, examples: readonly TrialAlert[], { telemetry, signal, from, to }: { telemetry: Pick<TelemetryStore, 'history'>; signal: AbortSignal; from: EpochMs; to: EpochMs },
): Promise<NonNullable<Backtest['chart']>> {
  const charts: NonNullable<Backtest['chart']> = [];
  for (const alert of examples.slice(0, CHARTS)) {
    signal.throwIfAborted();
    const end = alert.to ?? to;
    const asideMs = Math.min(Math.max(end - alert.from, LEAST_ASIDE_MS), MOST_ASIDE_MS);
    const points = await telemetry.history({ device: alert.device, metric, from: Math.max(from, alert.from - asideMs), to: Math.min(to, end + asideMs) }, POINTS);
    charts.push({ device: alert.device, metric, points: points.map(([ts, value]): [EpochMs, number] => [ts, value]) });
  }
  return charts;
}
