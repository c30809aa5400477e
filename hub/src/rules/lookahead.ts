import type { DeviceId, EpochMs, JournalRecord, Seq } from '@liandong/protocols';
import type { JournalBatch } from '../journal/types.js';
import { urgencyOf, type Lows } from './critical-rules.js';
import type { DeviceMemory } from './device-memory.js';
import type { RuleMemory } from './rule-memory.js';

/** A look at a full tail would keep the thread from everybody for a tenth of a second and more. */
const RECORDS_PER_LOOK = 5_000;

/** Finds, among records that are still to be evaluated, devices for which something may become critical. Each record is looked at once, unless other rules come into force or memory is read anew. */
export class Lookahead {
  #lookedUpTo: Seq = 0;
  #rulesVersion = -1;
  /** In the order in which they were found. */
  readonly #likely = new Set<DeviceId>();
  readonly #possible = new Set<DeviceId>();
  readonly #lows: Lows = new Map();

  constructor(private readonly memory: Pick<RuleMemory, 'device' | 'rulesVersion'>) {}

  /** Memory is another one from now on. */
  reset(): void {
    this.#lookedUpTo = 0;
    this.#likely.clear();
    this.#possible.clear();
    this.#lows.clear();
  }

  /**
   * Looks at what is new in these batches, which follow one another and of which all up to `handled` is evaluated: at so much of it as keeps the thread for a few milliseconds, and the next look goes on there.
   * Answers whether it has come to the end.
   */
  look(batches: readonly JournalBatch[], { reader, handled, now }: { reader: string; handled: Seq; now: EpochMs }): boolean {
    if (this.memory.rulesVersion !== this.#rulesVersion || this.#lookedUpTo <= handled) this.reset();
    this.#rulesVersion = this.memory.rulesVersion;
    this.#lookedUpTo = Math.max(handled, this.#lookedUpTo);
    let left = RECORDS_PER_LOOK;
    for (const { first, records } of batches.slice(Math.max(0, batches.findLastIndex((batch) => batch.first <= this.#lookedUpTo + 1)))) {
      for (let index = Math.max(0, this.#lookedUpTo + 1 - first); index < records.length; index += 1) {
        if (left === 0) return false;
        left -= 1;
        this.#lookedUpTo = first + index;
        this.#lookAt(records[index]!, { reader, seq: first + index, now }); // index < length
      }
    }
    return true;
  }

  #lookAt(record: JournalRecord, { reader, seq, now }: { reader: string; seq: Seq; now: EpochMs }): void {
    const device = this.memory.device(record.device);
    if (device === undefined || device.hasDone(reader, seq)) return;
    const urgency = urgencyOf(record, device, this.#lows, now);
    if (urgency === 'likely') this.#likely.add(device.id);
    else if (urgency === 'possible') this.#possible.add(device.id);
  }

  /** Is there some device, of those found by now, that should go first? */
  get hasFound(): boolean { return this.hasLikely || this.#possible.size > 0; }

  /** One whose records make something critical by themselves: nothing still to be found goes before it. */
  get hasLikely(): boolean { return this.#likely.size > 0; }

  /** Those that should go first, at most this many; the likely ones alone, as long as there are any. */
  first(most: number): Map<DeviceId, DeviceMemory> {
    const devices = new Map<DeviceId, DeviceMemory>();
    for (const found of [this.#likely, this.#possible]) {
      for (const id of found) {
        if (devices.size >= most) return devices;
        const device = this.memory.device(id);
        if (device === undefined) found.delete(id); // removed since
        else devices.set(id, device);
      }
      if (devices.size > 0) break;
    }
    return devices;
  }

  /** All of theirs that was looked at is evaluated. */
  drop(devices: Iterable<DeviceId>): void {
    for (const id of devices) {
      this.#likely.delete(id);
      this.#possible.delete(id);
    }
  }
}
