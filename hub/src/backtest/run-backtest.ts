import { setTimeout as rest } from 'node:timers/promises';
import type { DeviceId, EpochMs, MetricKey } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import type { RuleSet } from '../rules/rule-set.js';
import type { ScanChunk, TelemetryStore } from '../telemetry/types.js';
import { Replay } from './replay.js';
import type { Tally } from './tally.js';
import { DeviceTrial } from './trial.js';

/** A version of a rule, where it would be in force, and where its alerts are counted. */
export interface Contender { readonly rules: RuleSet; readonly devices: ReadonlySet<DeviceId>; readonly tally: Tally }

export interface BacktestPlan {
  readonly contenders: readonly Contender[];
  /** Of all contenders. */
  readonly devices: readonly DeviceEntry[];
  readonly metrics: readonly MetricKey[];
  readonly events: readonly string[] | 'all';
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface BacktestRun {
  readonly telemetry: Pick<TelemetryStore, 'scan'>;
  readonly signal: AbortSignal;
  /** Time that passes, in ms. */
  readonly stopwatch: () => number;
  /** Told at every chunk: values and events read since the last time, how far it is, 0–1, and the time of the first of them. */
  readonly onProgress: (rows: number, progress: number, first: EpochMs) => void;
}

/** The evaluation has the hub's thread for so long at most, and then leaves it to sockets and timers for as long: it is seldom in anybody's way, and has half the thread at most. */
const SLICE_MS = 2;

/** Shows all that is stored to all contenders in one pass. Rejects with the signal's reason at once when it is aborted, and as the store does. */
export async function runBacktest(plan: BacktestPlan, { telemetry, signal, stopwatch, onProgress }: BacktestRun): Promise<void> {
  signal.throwIfAborted();
  const { metrics, events, from, to } = plan;
  const entries = new Map(plan.devices.map((entry, place) => [entry.device.id, { entry, place }]));
  const replay = new Replay(metrics);
  const chunks = telemetry.scan({ devices: [...entries.keys()], metrics, events, from, to }, signal)[Symbol.asyncIterator]();
  let current: { readonly device: DeviceId; readonly trials: readonly DeviceTrial[] } = { device: '', trials: [] };
  let sliceEnd = stopwatch() + SLICE_MS;

  async function play(chunk: ScanChunk): Promise<void> {
    const steps = replay.play(chunk, current.trials);
    while (steps.next().done !== true) {
      if (stopwatch() < sliceEnd) continue;
      await rest(SLICE_MS);
      signal.throwIfAborted();
      sliceEnd = stopwatch() + SLICE_MS;
    }
  }

  const endDevice = (): void => { for (const trial of current.trials) trial.end(to); };

  try {
    for (let next = await orAborted(() => chunks.next(), signal); next.done !== true; next = await orAborted(() => chunks.next(), signal)) {
      const chunk = next.value;
      const known = entries.get(chunk.device);
      if (known === undefined) continue; // never: only these were asked for
      if (chunk.device !== current.device) {
        endDevice();
        current = { device: chunk.device, trials: trialsOn(known.entry, plan.contenders) };
      }
      await play(chunk);
      onProgress(chunk.points.ts.length + chunk.events.length, (known.place + (chunk.to - from) / (to - from)) / entries.size, Math.min(chunk.points.ts[0] ?? Infinity, chunk.events[0]?.ts ?? Infinity));
    }
    endDevice();
  } finally {
    chunks.return?.().catch(() => undefined); // what is still being read ends by itself
  }
}

const trialsOn = (entry: DeviceEntry, contenders: readonly Contender[]): DeviceTrial[] => contenders
  .filter(({ devices }) => devices.has(entry.device.id)).map(({ rules, tally }) => new DeviceTrial(entry, rules, (alert) => { tally.add(alert); }));

/** A store that takes its time is not waited for. */
async function orAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  try {
    return await Promise.race([work(), new Promise<never>((_, reject) => {
      abort = () => { reject(signal.reason as Error); }; // given by whoever aborts it
      signal.addEventListener('abort', abort, { once: true });
    })]);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}
