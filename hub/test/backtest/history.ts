import { METRICS, type JournalRecord, type MetricKey, type Rule } from '@liandong/protocols';
import type { DeviceEntry } from '../../src/devices/types.js';
import { Tally } from '../../src/backtest/tally.js';
import { runBacktest } from '../../src/backtest/run-backtest.js';
import type { TrialAlert } from '../../src/backtest/trial.js';
import { NO_DAYS, type Days } from '../../src/calendar/day-calendar.js';
import { compileRule } from '../../src/rules/compile.js';
import { ruleSetOf } from '../../src/rules/rule-set.js';
import type { ScanChunk, ScanRange } from '../../src/telemetry/types.js';

/** What a store gives of these records, `rowsPerChunk` times at once. */
export function scanOf(records: readonly JournalRecord[], timesPerChunk = Infinity) {
  return async function* scan({ devices, metrics, events, from, to }: ScanRange, signal?: AbortSignal): AsyncGenerator<ScanChunk> {
    const isAsked = (type: string): boolean => events === 'all' || events.includes(type);
    for (const device of devices) {
      const own = records.filter((record) => record.device === device && 'ts' in record && record.ts >= from && record.ts < to);
      for (let first = 0; first < own.length; first += timesPerChunk) {
        await Promise.resolve();
        signal?.throwIfAborted();
        const part = own.slice(first, first + timesPerChunk);
        const rows = part.flatMap((record) => record.type !== 'telemetry' ? [] : metrics.flatMap((metric, place) => record.values[metric] === undefined ? [] : [{ ts: record.ts, place, value: Number(record.values[metric]) }]));
        const chunk: ScanChunk = {
          device, to: part.length < timesPerChunk ? to : part.reduce((end, record) => 'ts' in record ? record.ts + 1 : end, from),
          points: { ts: Float64Array.from(rows, ({ ts }) => ts), metric: Uint8Array.from(rows, ({ place }) => place), values: Float64Array.from(rows, ({ value }) => value) },
          events: part.flatMap((record) => record.type === 'event' && isAsked(record.event) ? [{ id: record.id, ts: record.ts, type: record.event }] : []),
        };
        if (chunk.points.ts.length + chunk.events.length > 0) yield chunk;
        if (timesPerChunk === Infinity) break;
      }
    }
  };
}

/** Alerts the rule would have raised on these devices, by device and time. */
export async function tryRule(rule: Rule, records: readonly JournalRecord[], { entries, from, to, days = NO_DAYS, timesPerChunk }: { entries: readonly DeviceEntry[]; from: number; to: number; days?: Days; timesPerChunk?: number }): Promise<TrialAlert[]> {
  const alerts: TrialAlert[] = [];
  const tally = new Tally({ from, to });
  const add = tally.add.bind(tally);
  tally.add = (alert) => {
    alerts.push(alert);
    add(alert);
  };
  const devices = entries.filter(({ device }) => rule.kinds.includes(device.kind));
  await runBacktest({
    contenders: [{ rules: ruleSetOf([compileRule(rule, days)]), devices: new Set(devices.map(({ device }) => device.id)), tally }],
    devices, metrics: Object.keys(METRICS) as MetricKey[], events: 'all', from, to,
  }, { telemetry: { scan: scanOf(records, timesPerChunk) }, signal: new AbortController().signal, stopwatch: () => 0, onProgress: () => undefined });
  return alerts;
}
