import type { DeviceId, EpochMs } from './ids.js';
import type { MetricKey, MetricValue } from './metrics.js';

/** One reading of one device: what the journal keeps and every reader sees. Identity: device, metric and `ts`. */
export interface TelemetryRecord {
  readonly type: 'telemetry';
  readonly device: DeviceId;
  /** Device time, or server time when the device gave none or one too far ahead. */
  readonly ts: EpochMs;
  /** When the hub received it. */
  readonly at: EpochMs;
  /** Only keys of the catalogue, only plausible values; never empty. */
  readonly values: Readonly<Partial<Record<MetricKey, MetricValue>>>;
  /** The device's clock was more than 5 min ahead, so `ts` is server time. */
  readonly clockAhead?: true;
  /** Hash of the payload when `ts` is server time, by which a redelivery is known again. */
  readonly fingerprint?: number;
}

/** A thing that happened at a device. Identity: device and `id`. */
export interface EventRecord {
  readonly type: 'event';
  readonly device: DeviceId;
  readonly id: string;
  readonly ts: EpochMs;
  readonly at: EpochMs;
  /** Such as a gate event; see GATE_EVENTS. */
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly clockAhead?: true;
  readonly fingerprint?: number;
}

/** A device (or its will) says whether it is there. */
export interface StatusRecord {
  readonly type: 'status';
  readonly device: DeviceId;
  readonly at: EpochMs;
  readonly online: boolean;
  readonly reason?: string;
}

/** A device's answer to a command. */
export interface ReplyRecord {
  readonly type: 'reply';
  readonly device: DeviceId;
  readonly at: EpochMs;
  readonly id: string;
  readonly ok: boolean;
  readonly error?: string;
}

export type JournalRecord = TelemetryRecord | EventRecord | StatusRecord | ReplyRecord;
