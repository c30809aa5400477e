import type { DeviceId, EpochMs, Seq } from '@liandong/protocols';
import type { JournalBatch } from '../journal/types.js';
import { urgencyOf, type Lows } from './critical-rules.js';
import type { DeviceMemory } from './device-memory.js';
import type { RuleMemory } from './rule-memory.js';

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

  /** Looks at what is new in these consecutive batches, of which all up to `handled` is evaluated, and answers whether some device should go first. */
  look(batches: readonly JournalBatch[], { reader, handled, now }: { reader: string; handled: Seq; now: EpochMs }): boolean {
    if (this.memory.rulesVersion !== this.#rulesVersion || this.#lookedUpTo <= handled) this.reset();
    this.#rulesVersion = this.memory.rulesVersion;
    const from = Math.max(handled, this.#lookedUpTo) + 1;
    for (const batch of batches.slice(Math.max(0, batches.findLastIndex(({ first }) => first <= from)))) {
      for (let index = Math.max(0, from - batch.first); index < batch.records.length; index += 1) {
        const record = batch.records[index]!; // index < length
        const device = this.memory.device(record.device);
        if (device === undefined || device.hasDone(reader, batch.first + index)) continue;
        const urgency = urgencyOf(record, device, this.#lows, now);
        if (urgency === 'likely') this.#likely.add(device.id);
        else if (urgency === 'possible') this.#possible.add(device.id);
      }
      this.#lookedUpTo = Math.max(this.#lookedUpTo, batch.last);
    }
    return this.#likely.size + this.#possible.size > 0;
  }

  /** Was one found whose next records make something critical by themselves? */
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
