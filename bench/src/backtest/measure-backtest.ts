import { setTimeout as sleep } from 'node:timers/promises';
import type { Backtest } from '@liandong/protocols';
import { newDevice } from '../fleet.js';
import type { DeviceLoad } from '../load/plan.js';
import { startLoad, type FinishedLoad } from '../load/start-load.js';
import { startHub } from '../programs/hub.js';
import type { HubClient } from '../programs/hub-client.js';
import type { PartOptions, TellProgress } from '../support/part-options.js';
import { forgetPeak, peakRssMiB } from '../support/process-usage.js';
import type { Resources } from '../support/resources.js';
import { fillHistory } from './fill.js';
import { alertsOf, LIMITS, STEP_MS } from './history.js';

/** What those who report live have met: until the PUBACK, and how late the hub's event loop was (99th percentile). */
export interface LiveFigures { readonly pubackMs: FinishedLoad['pubackMs']; readonly loopDelayMs: number }
export interface BacktestFigures {
  readonly devices: number;
  readonly days: number;
  readonly values: number;
  /** Of a back-test with nothing else to do for the hub. */
  readonly seconds: number;
  readonly alerts: number;
  readonly quiet: LiveFigures;
  /** Beside one back-test after the other. */
  readonly busy: LiveFigures & { readonly backtests: number };
  /** Of the hub, before the first back-test and at most since then. */
  readonly rssMiB: { readonly before: number; readonly peak: number };
}
export type BacktestResult = BacktestFigures | { readonly failure: string };

export interface MeasureBacktestOptions extends PartOptions {
  readonly devices: number;
  readonly days: number;
  /** How long others report, without and with a back-test. */
  readonly seconds: number;
}

const DAY_MS = 86_400_000;
const LIVE_PER_S = 1000;
const POLL_MS = 50;

/** The real hub with its defaults, started on a store with history; the back-test goes through REST. Rejects when a back-test finds something else than it should. */
export async function measureBacktest({ devices, days, seconds, resources, onProgress }: MeasureBacktestOptions): Promise<BacktestFigures> {
  const to = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const range = { from: to - days * DAY_MS, to };
  const values = days * DAY_MS / STEP_MS;
  const ids = Array.from({ length: devices }, (_, index) => idOf(index));
  const hub = await startHub(resources, { fill: (path) => fillHistory(path, ids, { from: range.from, values }, (done) => { onProgress('history', done, devices * values); }) });
  const { client } = hub;
  await addFleet(client, ids, onProgress);
  await client.post('/rules', ruleOf(LIMITS.inForce));

  const expected = { values: devices * values, candidate: alertsOf(LIMITS.candidate, { devices, from: range.from, values }), inForce: alertsOf(LIMITS.inForce, { devices, from: range.from, values }) };
  forgetPeak(hub.process.pid);
  const rssBefore = peakRssMiB(hub.process.pid);
  const run = () => backtest(client, range, expected);
  await run(); // compiles what is hot, and reads the file for the first time
  onProgress('back-test', 1, 2);
  const startedAt = performance.now();
  await run();
  const tookS = (performance.now() - startedAt) / 1000;

  const report = () => reportLive(client, hub, { seconds, resources });
  const quiet = await report();
  let [isOver, backtests] = [false, 0];
  const busy = report().finally(() => { isOver = true; });
  while (!isOver) {
    await run();
    backtests += 1;
  }
  return { devices, days, values: expected.values, seconds: tookS, alerts: expected.candidate, quiet, busy: { ...await busy, backtests }, rssMiB: { before: rssBefore, peak: peakRssMiB(hub.process.pid) } };
}

const idOf = (index: number): string => `past-${String(index).padStart(4, '0')}`;

async function addFleet(client: HubClient, ids: readonly string[], onProgress: TellProgress): Promise<void> {
  for (const [index, id] of ids.entries()) {
    await client.addDevice({ ...newDevice(id), reportingIntervalS: STEP_MS / 1000 });
    if (index % 50 === 0) onProgress('devices', index, ids.length);
  }
}

const ruleOf = ({ limit, clearAt }: { limit: number; clearAt: number }) => ({
  id: 'warm', kinds: ['env_sensor'], name: { zh: '高温', en: 'Warm' }, message: { zh: '{device} {value}', en: '{device} {value}' }, enabled: true, onDelayS: 0, offDelayS: 0,
  type: 'threshold', metric: 'temperature', direction: 'above', bands: [{ limit, severity: 'info' }], clearAt,
});

async function backtest(client: HubClient, { from, to }: { from: number; to: number }, expected: { values: number; candidate: number; inForce: number }): Promise<void> {
  const { id } = await client.post<Backtest>('/rules/backtest', { rule: ruleOf(LIMITS.candidate), from, to });
  let found = await client.get<Backtest>(`/rules/backtest/${id}`);
  while (found.state === 'running') {
    await sleep(POLL_MS);
    found = await client.get<Backtest>(`/rules/backtest/${id}`);
  }
  const is = [found.state, found.samples, found.candidate?.alerts, found.inForce?.alerts].join(', ');
  const should = ['done', expected.values, expected.candidate, expected.inForce].join(', ');
  if (is !== should) throw new Error(`the back-test found ${is} instead of ${should} (${found.error ?? 'no error'})`);
}

async function reportLive(client: HubClient, { mqttPort, devices }: { mqttPort: number; devices: readonly DeviceLoad[] }, { seconds, resources }: { seconds: number; resources: Resources }): Promise<LiveFigures> {
  await client.loopDelayMs();
  const span = { messagesPerDevice: Math.max(1, Math.round(LIVE_PER_S * seconds / devices.length)), baseTs: Date.now(), stepMs: Math.round(devices.length * 1000 / LIVE_PER_S) };
  const { pubackMs } = await startLoad({ port: mqttPort, devices, span, pace: { kind: 'open', messagesPerS: LIVE_PER_S } }, resources, () => undefined);
  return { pubackMs, loopDelayMs: await client.loopDelayMs() };
}
