import type { EpochMs } from '@liandong/protocols';
import type { Extra } from './extra.js';

/** A window is kept to about 1 % of its length, so it never holds more than this many values. */
const RESOLUTION = 100;

/** The lowest value of the last `windowMs` for a rise, the highest for a fall, by device time: a queue of rising minima (of negated values, for a fall). */
export class ChangeWindow implements Extra {
  #times: EpochMs[] = [];
  #values: number[] = [];
  readonly #sign: number;

  constructor(private readonly windowMs: number, direction: 'up' | 'down') {
    this.#sign = direction === 'up' ? 1 : -1;
  }

  /** Takes a value that is newer than all before and answers how far it lies above the lowest of the window (below the highest); 0 for that one itself. */
  add(ts: EpochMs, measured: number): number {
    const value = this.signed(measured);
    while (this.#values.length > 0 && this.#values.at(-1)! >= value) this.#pop(); // not empty
    const last = this.#times.at(-1);
    if (last === undefined || ts - last >= this.windowMs / RESOLUTION) {
      this.#times.push(ts);
      this.#values.push(value);
    }
    while (this.#times.length > 1 && this.#times[0]! < ts - this.windowMs) this.#shift(); // not empty
    // A single value older than the window says nothing about a rise within it.
    if (this.#times[0]! < ts - this.windowMs) { // never empty after a push or a kept value
      this.#times = [ts];
      this.#values = [value];
    }
    return value - this.#values[0]!; // never empty
  }

  /** What is compared: the measured value, or its negative for a fall. */
  signed(measured: number): number { return measured * this.#sign; }

  /** The least it would compare a value with now, or an even lesser one that has grown too old; Infinity without any. Signed. */
  get lowest(): number { return this.#values[0] ?? Infinity; }

  save(): unknown { return this.#times.length === 0 ? undefined : [this.#times, this.#values]; }

  /** Cast: what `save` gave. */
  load(saved: unknown): void { [this.#times, this.#values] = saved as [EpochMs[], number[]]; }

  /** Times that are now in the future say nothing about a rise any more. */
  limitTimes(now: EpochMs): void {
    while (this.#times.length > 0 && this.#times.at(-1)! > now) this.#pop(); // not empty
  }

  #pop(): void {
    this.#times.pop();
    this.#values.pop();
  }

  #shift(): void {
    this.#times.shift();
    this.#values.shift();
  }
}

/** The times of the last `count` events, by device time. */
export class EventWindow implements Extra {
  #newest = -Infinity;
  /** Of the newest event that ends the condition. */
  #ended = -Infinity;
  #times: EpochMs[] = [];

  constructor(private readonly windowMs: number, private readonly count: number) {}

  /** False for an event older than the newest seen, which is late. */
  accept(ts: EpochMs): boolean {
    if (ts < this.#newest) return false;
    this.#newest = ts;
    return true;
  }

  /** Was the condition ended by something newer than this? */
  isEndedAfter(ts: EpochMs): boolean { return this.#ended > ts; }

  /** Late or not: what was ended then is not begun by what lies before it. */
  end(ts: EpochMs): void { this.#ended = Math.max(this.#ended, ts); }

  /** How many there are within the window that ends at `ts`, at most `count`. */
  add(ts: EpochMs): number {
    this.#times.push(ts);
    if (this.#times.length > this.count) this.#times.shift();
    while (this.#times[0]! <= ts - this.windowMs) this.#times.shift(); // holds at least `ts` itself
    return this.#times.length;
  }

  /**
   * Puts one that is older than the newest where it belongs. Answers how many there are within the window that ends at the newest; 0 when it changes nothing: it lies before the window, or
   * one of that very time is there, as a repetition is no further event.
   */
  addLate(ts: EpochMs): number {
    const newest = this.#times.at(-1);
    if (newest === undefined || ts <= newest - this.windowMs || this.#times.includes(ts)) return 0;
    if (this.#times.length === this.count) {
      if (ts < this.#times[0]!) return 0; // not empty
      this.#times.shift();
    }
    this.#times.splice(this.#times.filter((time) => time < ts).length, 0, ts);
    return this.#times.length;
  }

  empty(): void { this.#times = []; }

  limitTimes(now: EpochMs): void {
    this.#newest = Math.min(this.#newest, now);
    this.#ended = Math.min(this.#ended, now);
    this.#times = this.#times.filter((time) => time <= now);
  }

  save(): unknown { return this.#newest === -Infinity ? undefined : [this.#newest, this.#times, this.#ended]; }

  /** Cast: what `save` gave; JSON has null for "never", and the first hubs wrote two of the three. */
  load(saved: unknown): void {
    const [newest, times, ended] = saved as [EpochMs, EpochMs[], (EpochMs | null)?];
    [this.#newest, this.#times, this.#ended] = [newest, times, ended ?? -Infinity];
  }
}
