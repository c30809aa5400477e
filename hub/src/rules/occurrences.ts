import type { EpochMs } from '@liandong/protocols';

/** Saved: device times and hub times, oldest first. */
export type SavedOccurrences = [ts: EpochMs[], at: EpochMs[]];

/**
 * The newest occurrences of the last `windowMs`, `count` of them at most. One lapses when the device's time has passed its window, or, where nothing more comes,
 * when the hub's has.
 */
export class Occurrences {
  #ts: EpochMs[] = [];
  #at: EpochMs[] = [];

  constructor(private readonly windowMs: number, private readonly count: number) {}

  /** Are there enough of them? */
  get isFull(): boolean { return this.#ts.length >= this.count; }
  get isEmpty(): boolean { return this.#ts.length === 0; }
  /** Hub time at which the oldest lapses; Infinity when there is none. */
  get dueAt(): EpochMs { return (this.#at[0] ?? Infinity) + this.windowMs; }

  /** Late ones find their place by device time. */
  add(ts: EpochMs, at: EpochMs): void {
    let index = this.#ts.length;
    while (index > 0 && this.#ts[index - 1]! > ts) index -= 1; // index - 1 is within
    this.#ts.splice(index, 0, ts);
    this.#at.splice(index, 0, at);
    if (this.#ts.length > this.count) this.#drop(1);
  }

  /** Device time has come to `ts`. */
  pass(ts: EpochMs): void {
    let lapsed = 0;
    while (lapsed < this.#ts.length && this.#ts[lapsed]! <= ts - this.windowMs) lapsed += 1; // lapsed < length
    if (lapsed > 0) this.#drop(lapsed);
  }

  /** Hub time has come to `now`. Answers whether one lapsed. */
  passHub(now: EpochMs): boolean {
    let lapsed = 0;
    for (let index = this.#at.length - 1; index >= 0 && this.#at[index]! > now; index -= 1) this.#at[index] = now; // the hub's clock was set back
    while (lapsed < this.#at.length && this.#at[lapsed]! <= now - this.windowMs) lapsed += 1; // lapsed < length
    if (lapsed > 0) this.#drop(lapsed);
    return lapsed > 0;
  }

  /** After a step back of a clock: nothing happened later than this by device time. */
  limitTimes(ts: EpochMs): void {
    this.#ts = this.#ts.map((time) => Math.min(time, ts));
  }

  save(): SavedOccurrences | undefined { return this.isEmpty ? undefined : [this.#ts, this.#at]; }
  load([ts, at]: SavedOccurrences): void { [this.#ts, this.#at] = [[...ts], [...at]]; }

  #drop(number: number): void {
    this.#ts.splice(0, number);
    this.#at.splice(0, number);
  }
}
