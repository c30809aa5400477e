import { setTimeout as sleep } from 'node:timers/promises';
import { DEVICES } from './fleet.js';
import { METRICS } from './load/frames.js';
import { startLoad, type FinishedLoad } from './load/start-load.js';
import type { Part, RunningPath } from './paths/types.js';
import type { PartOptions } from './support/part-options.js';
import { cpuTicks, forgetPeak, peakRssMiB } from './support/process-usage.js';
import { until } from './support/until.js';
import type { Workload } from './workload.js';

export interface PartFigures { readonly cpuUsPerMessage: number; readonly peakRssMiB: number }

export interface Figures {
  readonly messages: number;
  /** `live`: up to the last PUBACK; `drain`: until the last row is in the store. */
  readonly messagesPerS: number;
  readonly parts: Readonly<Partial<Record<Part, PartFigures>>>;
  readonly cpuUsPerMessage: number;
  readonly pubackMs: FinishedLoad['pubackMs'];
  /** From the last PUBACK to the last row in the store (ms). */
  readonly storedAfterMs: number;
  /** Of a backlog that was queued before it was drained. */
  readonly queueing?: { readonly seconds: number; readonly brokerCpuUsPerMessage: number };
  readonly rows: number;
  readonly expectedRows: number;
}

export interface MeasureOptions extends PartOptions {
  readonly running: RunningPath;
  readonly workload: Workload;
  readonly ticksPerS: number;
}

const POLL_MS = 100;
const STUCK_AFTER_MS = 60_000;
/** What is left to acknowledge after the last row belongs to the messages too. */
const SETTLE_MS = 300;

/** Runs a workload to its end: every message in the store, and every row counted. Rejects when it gets stuck or a process ends. */
export async function measure(options: MeasureOptions): Promise<Figures> {
  const { running, workload: { name, span } } = options;
  const messages = DEVICES * span.messagesPerDevice;
  for (const { process } of running.processes) forgetPeak(process.pid);
  const before = ticksOf(running);
  const stored = await running.follow(span);

  const { load, drainStartedAt, queueingTicks } = await send(options, messages);
  const storedAt = await untilStored(options, stored, messages);
  await until('the readers catch up', () => running.isIdle());
  await sleep(SETTLE_MS);

  const after = ticksOf(running);
  const toUs = (ticks: number): number => ticks / options.ticksPerS * 1e6 / messages;
  const parts: Partial<Record<Part, PartFigures>> = {};
  for (const { part, process } of running.processes) {
    parts[part] = { cpuUsPerMessage: toUs((after.get(part) ?? 0) - (before.get(part) ?? 0)), peakRssMiB: peakRssMiB(process.pid) };
  }
  const drainSeconds = (storedAt - (drainStartedAt ?? load.endedAt - load.seconds * 1000)) / 1000;
  options.onProgress('counting rows', messages, messages);
  return {
    messages, parts, rows: await running.rows(span), expectedRows: messages * METRICS.length,
    messagesPerS: messages / (name === 'live' ? load.seconds : drainSeconds),
    cpuUsPerMessage: Object.values(parts).reduce((sum, { cpuUsPerMessage }) => sum + cpuUsPerMessage, 0),
    pubackMs: load.pubackMs, storedAfterMs: storedAt - load.endedAt,
    ...(queueingTicks === undefined ? {} : { queueing: { seconds: load.seconds, brokerCpuUsPerMessage: toUs(queueingTicks) } }),
  };
}

interface Sent { readonly load: FinishedLoad; readonly drainStartedAt?: number; readonly queueingTicks?: number }

/** A backlog is queued in the broker while the consumer stands still; devices that speak to the hub itself need none. */
async function send({ running, workload: { name, span, pace }, resources, onProgress }: MeasureOptions, messages: number): Promise<Sent> {
  const plan = { port: running.port, devices: running.devices, span, pace };
  const { consumer } = running;
  if (name !== 'drain' || consumer === undefined) {
    return { load: await startLoad(plan, resources, (acknowledged) => onProgress('acknowledged', acknowledged, messages)) };
  }
  const before = ticksOf(running).get('broker') ?? 0;
  consumer.freeze();
  try {
    const load = await startLoad(plan, resources, (acknowledged) => onProgress('queued', acknowledged, messages));
    return { load, queueingTicks: (ticksOf(running).get('broker') ?? 0) - before, drainStartedAt: performance.now() };
  } finally {
    consumer.thaw();
  }
}

/** @returns when (ms of `performance.now`) */
async function untilStored({ running, onProgress }: MeasureOptions, stored: () => Promise<number>, messages: number): Promise<number> {
  let best = -1;
  for (let movedAt = performance.now(); ;) {
    const count = await stored();
    const now = performance.now();
    if (count >= messages) return now;
    onProgress('stored', count, messages);
    if (count > best) {
      best = count;
      movedAt = now;
    }
    for (const { process } of running.processes) process.assertRunning();
    if (now - movedAt > STUCK_AFTER_MS) throw new Error(`stuck at ${count} of ${messages} stored messages`);
    await sleep(POLL_MS);
  }
}

const ticksOf = ({ processes }: RunningPath): Map<Part, number> => new Map(processes.map(({ part, process }) => [part, cpuTicks(process.pid)]));
