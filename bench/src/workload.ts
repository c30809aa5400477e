import { DEVICES } from './fleet.js';
import type { Pace, Span } from './load/plan.js';

export type WorkloadName = 'warm-up' | 'live' | 'drain';
export interface Workload { readonly name: WorkloadName; readonly span: Span; readonly pace: Pace }

/** Unanswered messages per connection where the load goes as fast as it can. */
export const WINDOW = 50;
const STEP_MS = 10;
const HOUR_MS = 3_600_000;

/** Devices that report at a fixed rate, as time goes. */
export function live({ messagesPerS, seconds, now }: { messagesPerS: number; seconds: number; now: number }): Workload {
  const messagesPerDevice = Math.max(1, Math.round(messagesPerS * seconds / DEVICES));
  const stepMs = Math.max(1, Math.round(DEVICES * 1000 / messagesPerS));
  return { name: 'live', span: { messagesPerDevice, baseTs: now, stepMs }, pace: { kind: 'open', messagesPerS } };
}

/** A backlog of about an hour ago, as fast as it goes. */
export const drain = (options: { messages: number; now: number }): Workload => backlog('drain', { ...options, hoursAgo: 1 });

/** Compiles the hot code and opens the connections; its rows are checked, its figures are not kept. */
export const warmUp = (options: { messages: number; now: number }): Workload => backlog('warm-up', { ...options, hoursAgo: 24 });

/** Messages with times that end so many hours ago, as fast as they go. */
export function backlog(name: WorkloadName, { messages, now, hoursAgo }: { messages: number; now: number; hoursAgo: number }): Workload {
  const messagesPerDevice = Math.max(1, Math.round(messages / DEVICES));
  return { name, span: { messagesPerDevice, baseTs: now - hoursAgo * HOUR_MS - messagesPerDevice * STEP_MS, stepMs: STEP_MS }, pace: { kind: 'closed', window: WINDOW } };
}
