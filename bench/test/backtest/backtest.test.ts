import { expect, it } from 'vitest';
import { alertsOf, LIMITS, STEP_MS, temperatureOf } from '../../src/backtest/history.js';
import { parseOptions } from '../../src/options.js';
import { backtestCells } from '../../src/report/backtest.js';

const pubackMs = { p50: 1, p99: 2, max: 3 };
const figures = { devices: 1000, days: 30, values: 4_320_000, seconds: 10, alerts: 5, quiet: { pubackMs, loopDelayMs: 11 }, busy: { pubackMs, loopDelayMs: 12, backtests: 2 }, rssMiB: { before: 200, peak: 300 } };

it('is measured alone, or left out', () => {
  expect(parseOptions(['--paths', 'backtest'])).toMatchObject({ paths: [], codecs: undefined, backtest: { devices: 1000, days: 30 } });
  expect(parseOptions(['--paths', 'a'])).toMatchObject({ backtest: undefined });
});

it('is of a history in which both limits are crossed, the lower one more often, by values that are stored as they are', () => {
  const span = { devices: 100, from: Date.UTC(2026, 9, 1), values: 1000 };
  const [candidate, inForce] = [alertsOf(LIMITS.candidate, span), alertsOf(LIMITS.inForce, span)];
  expect(inForce).toBeGreaterThan(0);
  expect(candidate).toBeGreaterThan(inForce);
  for (let index = 0; index < 1000; index += 1) {
    const value = temperatureOf(index % 100, span.from + index * STEP_MS);
    expect([value >= -40 && value <= 60, Number(value.toFixed(1))]).toEqual([true, value]);
  }
});

it('is shown with its speed and marked when it is too slow or wrong', () => {
  expect(backtestCells(figures)[1]).toEqual(['30 days × 1,000 devices', '', '4,320,000', '10.0', '432,000', '–', '–', '–', '–']);
  expect(backtestCells({ ...figures, seconds: 61 })[1]?.[1]).toBe('over 60 s');
  expect(backtestCells({ failure: 'x' })[1]?.[1]).toBe('FAILED');
});
