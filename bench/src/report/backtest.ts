import type { BacktestResult, LiveFigures } from '../backtest/measure-backtest.js';
import { whole } from './tables.js';

/** What 30 days of 1,000 devices may take alone on the machine (s). */
export const BACKTEST_LIMIT_S = 60;
const HEADER = ['back-test', '', 'values', 'seconds', 'values/s', 'PUBACK p50', 'p99', 'max', 'loop p99'];

/** The second column marks what is too slow or wrong; times of those who report live in ms. */
export function backtestCells(result: BacktestResult): string[][] {
  if ('failure' in result) return [HEADER, ['back-test', 'FAILED', ...HEADER.slice(2).map(() => '–')]];
  const { devices, days, values, seconds, quiet, busy } = result;
  const live = ({ pubackMs: { p50, p99, max }, loopDelayMs }: LiveFigures): string[] => [p50, p99, max, loopDelayMs].map((ms) => ms.toFixed(1));
  return [
    HEADER,
    [`${days} days × ${whole(devices)} devices`, seconds > BACKTEST_LIMIT_S ? `over ${BACKTEST_LIMIT_S} s` : '', whole(values), seconds.toFixed(1), whole(values / seconds), '–', '–', '–', '–'],
    ['1,000 messages/s without one', '', '–', '–', '–', ...live(quiet)],
    [`beside ${busy.backtests} of them`, '', '–', '–', '–', ...live(busy)],
  ];
}

export const backtestNotes = (result: BacktestResult): string[] => 'failure' in result ? [`back-test FAILED: ${result.failure}`] : [
  `back-test: a threshold rule and the version in force over one value every 10 minutes, in DuckDB, through REST; each found the ${whole(result.alerts)} alerts that it should; the hub had ${whole(result.rssMiB.before)} MiB of memory before and ${whole(result.rssMiB.peak)} MiB at most`,
  'the event loop\'s delay is as Node measures it, with a timer of 10 ms, which is in the figure',
];
