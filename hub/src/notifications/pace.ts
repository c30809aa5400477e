import type { EpochMs } from '@liandong/protocols';

/** Messages a robot takes a minute (WeCom: "不能超过20条/分钟"; DingTalk: 20, else nothing for 10 minutes), and a second more for what the network pushes together. */
export const PACE = { messages: 20, withinMs: 61_000 } as const;

/** Never more than `PACE` within any such time. A clock that was set back doesn't block it. */
export class Pace {
  #sent: EpochMs[] = [];

  /** How many may go now. */
  left(now: EpochMs): number {
    this.#sent = this.#sent.filter((at) => at > now - PACE.withinMs && at <= now);
    return PACE.messages - this.#sent.length;
  }

  /** One went. */
  add(at: EpochMs): void { this.#sent.push(at); }

  /** Counts one that is about to go, if it may. */
  take(now: EpochMs): boolean {
    if (this.left(now) <= 0) return false;
    this.add(now);
    return true;
  }

  /** When one may go again; `now` when at once. */
  freeAt(now: EpochMs): EpochMs {
    return this.left(now) > 0 ? now : Math.min(...this.#sent) + PACE.withinMs;
  }
}
