import type { EpochMs } from '@liandong/protocols';

/** The end of the delay as it is kept; NaN is written as null. `leaveByHours`: see `isByHours`. */
export interface SavedLeave { leaveTs: number | null; leaveAt: number | null; leaveByHours?: boolean }

/**
 * How long an alert outlives its condition. It ends in device time (`ts`), or in hub time (`at`) when no sample follows; NaN while the condition isn't gone.
 */
export class LeaveDelay {
  #ts = NaN;
  #at = NaN;
  #isByHours = false;

  get isRunning(): boolean { return !Number.isNaN(this.#at); }
  /** When it ends in hub time; Infinity when it isn't running. */
  get dueAt(): EpochMs { return this.isRunning ? this.#at : Infinity; }

  /** Did it begin with the end of the rule's hours, and not as the condition went? */
  get isByHours(): boolean { return this.#isByHours; }

  /** From `ts` and `at` on, anew if it is running. */
  start(delayMs: number, ts: EpochMs, at: EpochMs, isByHours: boolean): void {
    this.#ts = ts + delayMs;
    this.#at = at + delayMs;
    this.#isByHours = isByHours;
  }

  stop(): void {
    this.#ts = this.#at = NaN;
    this.#isByHours = false;
  }

  /** Has it run out in device time? A comparison with NaN is false. */
  isOverByDevice(ts: EpochMs): boolean { return ts >= this.#ts; }
  /** The same in hub time. */
  isOverByHub(now: EpochMs): boolean { return now >= this.#at; }

  /** After a step back of the hub's clock: it ends no later than this. */
  limitByHub(latest: EpochMs): void { this.#at = Math.min(this.#at, latest); }
  /** The same for the device's clock. */
  limitByDevice(latest: EpochMs): void { this.#ts = Math.min(this.#ts, latest); }

  save(): SavedLeave { return { leaveTs: this.#ts, leaveAt: this.#at, ...(this.#isByHours ? { leaveByHours: true } : {}) }; }
  load({ leaveTs, leaveAt, leaveByHours = false }: SavedLeave): void { [this.#ts, this.#at, this.#isByHours] = [leaveTs ?? NaN, leaveAt ?? NaN, leaveByHours]; }
}
