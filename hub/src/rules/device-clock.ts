import type { EpochMs } from '@liandong/protocols';

/** A clock that differs from the hub's by less is right. */
const TOLERANCE_MS = 1_000;
/** A sample dated so little before it was received is of now, and no backlog. */
const NEAR_MS = 60_000;
/** Reporting intervals in which nothing newer came, after which an older time is the device's new one. */
const QUIET_INTERVALS = 2;
/** Times of the last records, so that a delivery that is repeated after a pause isn't taken for a clock set back. */
const RECENT_TIMES = 16;

/** `acceptedAt`: NaN is written as null. */
export interface SavedClock { newest: EpochMs; acceptedAt: EpochMs | null; recent: EpochMs[] }

/** What a device's own clock has shown, and when: tells a clock that was set back from records that are late. */
export class DeviceClock {
  #newest = -Infinity;
  /** Hub time at which the newest was received; NaN when that isn't known. */
  #acceptedAt = NaN;
  #recent: EpochMs[] = [];

  /** A record of device time `ts` was received at hub time `at` and not found late. */
  accept(ts: EpochMs, at: EpochMs): void {
    if (ts > this.#newest) {
      this.#newest = ts;
      this.#acceptedAt = at;
    }
    if (this.#recent.at(-1) === ts) return;
    this.#recent.push(ts);
    if (this.#recent.length > RECENT_TIMES) this.#recent.shift();
  }

  /**
   * True when `ts` is the device's time now although it has shown a later one: either that one lies in the hub's future and this one is right,
   * or nothing newer has come for longer than a device that keeps its clock would take.
   */
  isSetBack(ts: EpochMs, at: EpochMs, intervalMs: number): boolean {
    if (ts >= this.#newest || this.#recent.includes(ts)) return false;
    if (at < this.#acceptedAt) return false; // received before the newest was, by an edge that was cut off: late, whatever its clock
    if (this.#newest > at + TOLERANCE_MS && ts <= at + TOLERANCE_MS && ts >= at - NEAR_MS) return true;
    if (Number.isNaN(this.#acceptedAt)) this.#acceptedAt = at; // what an earlier hub saved doesn't say; counted from now
    return at - this.#acceptedAt > QUIET_INTERVALS * intervalMs;
  }

  /** The device's clock showed `ts` at hub time `at`. */
  setBack(ts: EpochMs, at: EpochMs): void {
    [this.#newest, this.#acceptedAt] = [ts, at];
    this.#recent = [];
  }

  /** After a step back of the hub's clock. */
  limitTimes(now: EpochMs): void {
    this.#newest = Math.min(this.#newest, now - 1);
    this.#acceptedAt = Math.min(this.#acceptedAt, now);
  }

  save(): SavedClock | undefined {
    return this.#newest === -Infinity ? undefined : { newest: this.#newest, acceptedAt: this.#acceptedAt, recent: this.#recent };
  }

  /** `newest`: of the metrics, for a state without a clock. */
  load(saved: SavedClock | undefined, newest: EpochMs): void {
    [this.#newest, this.#acceptedAt, this.#recent] = saved === undefined ? [newest, NaN, []] : [saved.newest, saved.acceptedAt ?? NaN, saved.recent];
  }
}
