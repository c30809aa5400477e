import type { EpochMs, JournalRecord, Seq } from '@liandong/protocols';
import type { Effects } from './effects.js';
import type { RuleMemory } from './rule-memory.js';

/** Evaluates one record, unless it has had its effect already. Never throws. */
export type TakeRecord = (record: JournalRecord, seq: Seq, now: EpochMs) => void;

export interface TakeRecordDependencies {
  /** Whose sequences they are. */
  readonly reader: string;
  readonly memory: Pick<RuleMemory, 'settled'>; readonly effects: Pick<Effects, 'sighted'>;
  readonly onError: (error: unknown) => void;
}

export function createTakeRecord({ reader, memory, effects, onError }: TakeRecordDependencies): TakeRecord {
  const take: TakeRecord = (record, seq, now) => {
    const device = memory.settled(record.device, now);
    if (device === undefined || record.type === 'alert' || device.hasDone(reader, seq)) return; // how alerts stand at edges is read by `edge-alerts`
    // A will (`online: false`) is no sign of life, and no alert either: a device that reconnects within its window was never silent.
    if (record.type !== 'status' || record.online) device.heard(record.at, now);
    if (!device.isFollowed) return;
    device.origin = device.originOf(record, now);
    try {
      if (record.type === 'telemetry') device.sample(record);
      else if (record.type === 'event' && device.event(record)) effects.sighted(device);
    } finally {
      device.origin = 'direct'; // what is due by time is the hub's own
    }
  };

  return (record, seq, now) => {
    try {
      take(record, seq, now);
    } catch (error) {
      onError(error); // one record that can't be evaluated must not stop the alerts of all others
    }
  };
}
