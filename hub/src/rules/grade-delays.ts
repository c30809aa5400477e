import type { EpochMs } from '@liandong/protocols';

/** Ends of delays as they are kept; NaN is written as null. */
export interface SavedDelays { dueTs: (number | null)[]; dueAt: (number | null)[] }

/**
 * The on-delays of a condition's grades, from mild to severe. Each grade has its own: one bad sample within a long mild condition doesn't make it severe. A delay
 * ends in device time (`ts`), or in hub time (`at`) when no sample follows; NaN while the value isn't in the grade.
 */
export class GradeDelays {
  readonly #dueTs: number[];
  readonly #dueAt: number[];

  constructor(grades: number, private readonly delayMs: number) {
    this.#dueTs = new Array<number>(grades).fill(NaN);
    this.#dueAt = new Array<number>(grades).fill(NaN);
  }

  /** The value is in the grades up to `level`, and in no other. Answers whether a delay began or ended with that. */
  follow(level: number, ts: EpochMs, at: EpochMs): boolean {
    let isChanged = false;
    for (let index = 0; index < this.#dueTs.length; index += 1) {
      const isRunning = !Number.isNaN(this.#dueTs[index]);
      if (isRunning === (index <= level)) continue;
      this.#dueTs[index] = isRunning ? NaN : ts + this.delayMs;
      this.#dueAt[index] = isRunning ? NaN : at + this.delayMs;
      isChanged = true;
    }
    return isChanged;
  }

  stop(): void {
    this.#dueTs.fill(NaN);
    this.#dueAt.fill(NaN);
  }

  /** The worst grade whose delay has run out in device time; -1: none. */
  worstByDevice(ts: EpochMs): number { return worstDue(this.#dueTs, ts); }
  /** The same in hub time. */
  worstByHub(now: EpochMs): number { return worstDue(this.#dueAt, now); }

  /** When the first delay of a grade worse than `level` ends in hub time; Infinity when none is running. */
  nextAbove(level: number): EpochMs {
    let due = Infinity;
    for (let index = level + 1; index < this.#dueAt.length; index += 1) if (this.#dueAt[index]! < due) due = this.#dueAt[index]!; // index < length
    return due;
  }

  /** After a step back of the hub's clock: none ends later than if it began now. */
  limitByHub(now: EpochMs): void { limit(this.#dueAt, now + this.delayMs); }
  /** The same for the device's clock. */
  limitByDevice(ts: EpochMs): void { limit(this.#dueTs, ts + this.delayMs); }

  save(): SavedDelays { return { dueTs: this.#dueTs, dueAt: this.#dueAt }; }

  load({ dueTs, dueAt }: SavedDelays): void {
    for (let index = 0; index < this.#dueTs.length; index += 1) {
      this.#dueTs[index] = dueTs[index] ?? NaN;
      this.#dueAt[index] = dueAt[index] ?? NaN;
    }
  }
}

function worstDue(due: readonly number[], time: EpochMs): number {
  for (let index = due.length - 1; index >= 0; index -= 1) if (time >= (due[index] ?? NaN)) return index;
  return -1;
}

function limit(due: number[], latest: EpochMs): void {
  for (const [index, time] of due.entries()) due[index] = Math.min(time, latest);
}
