import type { MetricKey, MetricValue } from '../metrics.js';
import type { Refusal } from '../refusals.js';

/** A reading before the hub has placed it in time. */
export interface Reading {
  readonly ts?: number;
  readonly values: Partial<Record<MetricKey, MetricValue>>;
  /** What a level sensor measures; with the bin's installation facts it becomes `fill_level`. */
  readonly distanceMm?: number;
}

export interface DecodedEvent {
  readonly id: string;
  readonly ts?: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** What one payload came to: what is good, and what was refused with why. Both may be non-empty. */
export interface Decoded {
  readonly readings: Reading[];
  readonly events: DecodedEvent[];
  readonly status?: { online: boolean; reason?: string };
  readonly reply?: { id: string; ok: boolean; error?: string };
  readonly refusals: Refusal[];
}
