import type { EventRecord, JournalRecord, Seq, TelemetryRecord } from '@liandong/protocols';
import type { JournalBatch } from '../../src/journal/types.js';
import type { StoreLog } from '../../src/telemetry/store-log.js';

/** A fixed time in the middle of a month, so that tests choose when they cross one. */
export const T0 = Date.UTC(2026, 9, 15, 8, 0, 0);
export const DAY_MS = 86_400_000;

export const reading = (device: string, ts: number, values: TelemetryRecord['values']): TelemetryRecord => ({ type: 'telemetry', device, ts, at: ts, values });
export const event = (device: string, id: string, ts: number, data: EventRecord['data'] = {}, at = ts): EventRecord =>
  ({ type: 'event', device, id, ts, at, event: 'granted', data });

/** Hands out consecutive batches, as the journal does. */
export function createBatcher(start: Seq = 1): (records: readonly JournalRecord[]) => JournalBatch {
  let next = start;
  return (records) => {
    const first = next;
    next += records.length;
    return { first, last: next - 1, records };
  };
}

export interface RecordedLog extends StoreLog { readonly lines: { facts: Readonly<Record<string, unknown>>; message: string }[] }
export function recordLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  return { lines, warn: (facts, message) => { lines.push({ facts, message }); } };
}
