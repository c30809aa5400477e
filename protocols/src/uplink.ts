import type { EdgeAlertRecord, EventRecord, ReplyRecord, StatusRecord, TelemetryRecord } from './telemetry.js';

/** What an edge passes on, as its own journal has it. */
export type UplinkRecord = TelemetryRecord | EventRecord | StatusRecord | ReplyRecord | EdgeAlertRecord;

/**
 * One message on `liandong/v1/{subdistrict}/{community}/{edge}/uplink`, QoS 1, at most 64 KiB: this as JSON, deflated (RFC 1950) or plain.
 * The same record in two batches is the same record: a reading by device, metric and `ts`, an event by device and `id`, an alert by its id.
 */
export interface UplinkBatch {
  readonly v: 1;
  readonly records: readonly UplinkRecord[];
}

export const UPLINK_LIMITS = {
  records: 1_000,
  /** Of the JSON, inflated (bytes). */
  jsonBytes: 512 * 1024,
  /** Entries of an alert's history in one record. */
  entries: 50,
} as const;
