import { setTimeout as sleep } from 'node:timers/promises';
import { DeviceConnection } from './device-connection.js';
import { percentile } from '../support/percentile.js';
import type { LoadPlan, LoadResult } from './plan.js';

const TICK_MS = 1;

/** Sends the messages of a plan. Rejects when a connection is refused or lost. `onProgress` gets the acknowledged messages a few times a second; `onOpened`: every device is let in. */
export async function runLoad({ port, devices, span, pace, staysOpen = false }: LoadPlan, onProgress: (acknowledged: number) => void, onOpened: () => void = () => undefined): Promise<LoadResult> {
  const messages = devices.length * span.messagesPerDevice;
  const latenciesMs = new Float64Array(messages);
  const done = promiseWithResolvers();
  let acknowledged = 0;
  let startedAt = 0;

  const connections = devices.map((load, position) => new DeviceConnection({
    port, load, span,
    ...(pace.kind === 'closed' ? { window: pace.window } : { dueAt: (index: number) => startedAt + (index * devices.length + position) * 1000 / pace.messagesPerS }),
    onAcknowledged(latencyMs) {
      latenciesMs[acknowledged] = latencyMs;
      acknowledged += 1;
      if (acknowledged === messages) done.resolve();
    },
    onFailure: (reason) => done.reject(new Error(reason)),
  }));
  const progress = setInterval(() => onProgress(acknowledged), 250);
  try {
    await Promise.race([Promise.all(connections.map((connection) => connection.open())), done.promise]);
    onOpened();
    startedAt = performance.now();
    if (pace.kind === 'closed') for (const connection of connections) connection.send(span.messagesPerDevice);
    else await Promise.race([sendOnTime(connections, { messages, messagesPerS: pace.messagesPerS, startedAt }), done.promise]);
    await done.promise;
    return { messages, seconds: (performance.now() - startedAt) / 1000, pubackMs: summary(latenciesMs) };
  } finally {
    clearInterval(progress);
    if (!staysOpen) for (const connection of connections) connection.close();
  }
}

function promiseWithResolvers() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onDone, onError) => { resolve = onDone; reject = onError; });
  return { promise, resolve, reject };
}

/** One message after the other, a device each. What a late tick missed goes out at once, and counts as late. */
async function sendOnTime(connections: readonly DeviceConnection[], { messages, messagesPerS, startedAt }: { messages: number; messagesPerS: number; startedAt: number }): Promise<void> {
  for (let sent = 0; sent < messages;) {
    const due = Math.min(messages, Math.floor((performance.now() - startedAt) * messagesPerS / 1000) + 1);
    for (; sent < due; sent += 1) connections[sent % connections.length]?.send(1);
    await sleep(TICK_MS);
  }
}

function summary(latenciesMs: Float64Array): LoadResult['pubackMs'] {
  latenciesMs.sort();
  return { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99), max: percentile(latenciesMs, 1) };
}
