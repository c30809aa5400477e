import type { Alert, AlertTimelineEntry } from './api/alerts.js';
import type { DeviceId, EpochMs } from './ids.js';
import type { MetricKey, MetricValue } from './metrics.js';

/** How a record came: undefined on one that its device sent to this process itself. */
interface Carried {
  /** The edge that took it and passed it on; `at` is when the edge received it, in the hub's time. */
  readonly edge?: DeviceId;
}

/** One reading of one device: what the journal keeps and every reader sees. Identity: device, metric and `ts`. */
export interface TelemetryRecord extends Carried {
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
export interface EventRecord extends Carried {
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
export interface StatusRecord extends Carried {
  readonly type: 'status';
  readonly device: DeviceId;
  readonly at: EpochMs;
  readonly online: boolean;
  readonly reason?: string;
}

/** A device's answer to a command. */
export interface ReplyRecord extends Carried {
  readonly type: 'reply';
  readonly device: DeviceId;
  readonly at: EpochMs;
  readonly id: string;
  readonly ok: boolean;
  readonly error?: string;
}

/** An entry of an alert's history at the edge; `n` grows from one to the next. */
export interface EdgeAlertEntry extends AlertTimelineEntry { readonly n: number }

/** How an alert stands at the edge that raised it, with the newest entries of its history. Identity: the alert's id; of several the one with the higher `seq` is newer. */
export interface EdgeAlertRecord extends Carried {
  readonly type: 'alert';
  readonly device: DeviceId;
  /** When it came to stand so. */
  readonly at: EpochMs;
  readonly alert: Alert;
  readonly entries: readonly EdgeAlertEntry[];
}

export type JournalRecord = TelemetryRecord | EventRecord | StatusRecord | ReplyRecord | EdgeAlertRecord;
