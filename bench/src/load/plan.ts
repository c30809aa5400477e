import type { Login } from './frames.js';

/** The messages of one run: message k of a device has the time `baseTs + k * stepMs`, so no two of a device are the same row. */
export interface Span {
  readonly messagesPerDevice: number;
  /** Epoch ms. */
  readonly baseTs: number;
  readonly stepMs: number;
}

/**
 * `open`: each message goes out when its time has come, however slow the answers are. `closed`: as fast as the answers allow,
 * at most `window` unanswered per connection.
 */
export type Pace = { readonly kind: 'open'; readonly messagesPerS: number } | { readonly kind: 'closed'; readonly window: number };

export interface DeviceLoad { readonly login: Login; readonly topic: string }

/** What the load process is told. */
export interface LoadPlan {
  readonly port: number;
  readonly devices: readonly DeviceLoad[];
  readonly span: Span;
  readonly pace: Pace;
  /** The connections stay open after the last answer, until the process ends: closing them would be measured. */
  readonly staysOpen?: boolean;
}

export interface LoadResult {
  readonly messages: number;
  /** From the first message due to the last PUBACK. */
  readonly seconds: number;
  /** From the time a message was due (`open`) or written (`closed`) to its PUBACK. */
  readonly pubackMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** What the load process says. */
export type LoadMessage =
  /** Every device is let in; the messages begin. */
  | { readonly type: 'opened' }
  | { readonly type: 'progress'; readonly acknowledged: number }
  | { readonly type: 'done'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly reason: string };
