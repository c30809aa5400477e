import type { DeviceId, EventRecord, MetricValue, TelemetryRecord } from '@liandong/protocols';
import type { JournalBatch } from '../journal/types.js';
import { eventTie } from './event-tie.js';

export const TELEMETRY = 'telemetry';
export const EVENT = 'event';
/** Nanoseconds of a millisecond: the room in which the events of one millisecond are told apart. */
const NS_PER_MS = 1_000_000;

/** The lines of a batch. The two kinds have different time units, so they go in different requests. */
export interface BatchLines { readonly telemetry: string[]; readonly events: string[] }
export type LineBuilder = (batch: JournalBatch) => BatchLines;

/**
 * Writes line protocol by hand: one line per reading with all its values as floats, one per event.
 * What comes before the values is made once per device; there is one entry per device of the registry.
 */
export function createLineBuilder(): LineBuilder {
  const prefixes = new Map<DeviceId, string>();

  function prefixOf(device: DeviceId): string {
    const known = prefixes.get(device);
    if (known !== undefined) return known;
    const prefix = `${TELEMETRY},device=${escapeTag(device)} `;
    prefixes.set(device, prefix);
    return prefix;
  }

  return ({ records }) => {
    const lines: BatchLines = { telemetry: [], events: [] };
    for (const record of records) {
      if (record.type === 'telemetry') lines.telemetry.push(telemetryLine(prefixOf(record.device), record));
      else if (record.type === 'event') lines.events.push(eventLine(record));
    }
    return lines;
  };
}

function telemetryLine(prefix: string, { values, ts }: TelemetryRecord): string {
  let line = prefix;
  let separator = '';
  const known = values as Readonly<Record<string, MetricValue>>; // a record holds no undefined values
  for (const metric in known) {
    line += `${separator}${metric}=${Number(known[metric])}`;
    separator = ',';
  }
  return `${line} ${ts}`;
}

/**
 * The time is made of the millisecond and the id, so a redelivery overwrites its first, and two events of one millisecond don't.
 * `at` says which is newer when a redelivery came with another `ts`.
 */
function eventLine({ device, id, ts, at, event, data }: EventRecord): string {
  const ns = BigInt(ts) * BigInt(NS_PER_MS) + BigInt(tieWithinMs(id));
  return `${EVENT},device=${escapeTag(device)} at=${at},data=${quote(JSON.stringify(data))},id=${quote(id)},type=${quote(event)} ${ns}`;
}

/** Two ids of one device and millisecond share it once in a million. */
export const tieWithinMs = (id: string): number => eventTie(id) % NS_PER_MS;

const escapeTag = (text: string): string => text.replace(/[,= \\]/g, '\\$&').replace(/[\r\n]/g, ' ');
const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
