import { CHATTER, type EpochMs } from '@liandong/protocols';

/** As it is kept across restarts. */
export interface SavedChatter { times: EpochMs[]; reopened: number; quietSince: EpochMs | null }

/** Opened again this often in a row, each time within a minute of its clearing, it chatters even when no three occurrences lie in one minute. */
const MOST_REOPENED = 3;

/** The recent occurrences of an alert that came again: does it chatter? (ISA-18.2; domain figures, "Alerts") */
export class Chatter {
  #times: EpochMs[];
  #reopened = 0;
  #quietSince = NaN;

  /** `first`: when the alert was raised. */
  constructor(first: EpochMs) {
    this.#times = [first];
  }

  static from({ times, reopened, quietSince }: SavedChatter): Chatter {
    const chatter = new Chatter(NaN);
    chatter.#times = [...times];
    chatter.#reopened = reopened;
    chatter.#quietSince = quietSince ?? NaN;
    return chatter;
  }

  /** It came again at `at`, after having cleared or not. Answers whether it chatters now. */
  again(at: EpochMs, isReopened: boolean): boolean {
    this.#times = [...this.#times.filter((time) => Math.abs(at - time) <= CHATTER.withinMs), at].slice(-CHATTER.times);
    this.#quietSince = NaN;
    if (isReopened) this.#reopened += 1;
    return this.#times.length >= CHATTER.times || this.#reopened >= MOST_REOPENED;
  }

  get last(): EpochMs { return this.#times.at(-1) ?? 0; }
  get isAtRest(): boolean { return !Number.isNaN(this.#quietSince); }

  /** Its alert has cleared. */
  rest(at: EpochMs): void {
    this.#quietSince = at;
  }

  /** Could the next occurrence still be one of these? */
  isOver(now: EpochMs): boolean {
    return Math.abs(now - this.#quietSince) > CHATTER.withinMs;
  }

  save(): SavedChatter {
    return { times: this.#times, reopened: this.#reopened, quietSince: this.#quietSince };
  }
}
