import type { DeviceId, Latest, PartState, Seq } from '@liandong/protocols';

/** Latest values of every device in memory; filled by the live reader, seeded from the store at start. */
export interface LatestValues {
  get(device: DeviceId): Latest['values'];
}

/** State of the feeds, for heartbeats and `GET /readyz`. */
export interface HealthProbe {
  parts(): Record<string, { state: PartState; detail?: string }>;
}

/** What the feed says to the people who run it; pino's loggers fit. */
export interface FeedLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One connected screen, and what it is known to have received. */
export interface ScreenState {
  readonly id: string;
  /** Name of the principal. */
  readonly user: string;
  readonly isSubscribed: boolean;
  /** Every change in its scope up to here was sent; undefined before it subscribes. */
  readonly sentSeq: Seq | undefined;
  /** Every alert in its scope up to here was acknowledged by the screen. */
  readonly receivedSeq: Seq | undefined;
  /** Alerts sent and not acknowledged yet. */
  readonly inFlight: number;
}
