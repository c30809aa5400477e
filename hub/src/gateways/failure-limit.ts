import type { EpochMs } from '@liandong/protocols';

const WINDOW_MS = 60_000;
/** Sources remembered at once. */
const SOURCES = 10_000;

/** Counts failures by source; who has too many within a minute waits for the rest of it. */
export class FailureLimit {
  readonly #failures = new Map<string, { since: EpochMs; count: number }>();

  constructor(private readonly most: number) {}

  /** Seconds to wait; 0: go ahead. */
  waitS(source: string, now: EpochMs): number {
    const known = this.#failures.get(source);
    if (known === undefined || known.count < this.most) return 0;
    const leftMs = known.since + WINDOW_MS - now;
    if (leftMs > 0 && leftMs <= WINDOW_MS) return Math.ceil(leftMs / 1000);
    this.#failures.delete(source);
    return 0;
  }

  add(source: string, now: EpochMs): void {
    const known = this.#failures.get(source);
    if (known !== undefined && now - known.since < WINDOW_MS && now >= known.since) {
      known.count += 1;
      return;
    }
    this.#failures.delete(source);
    if (this.#failures.size >= SOURCES) for (const oldest of this.#failures.keys()) { this.#failures.delete(oldest); break; }
    this.#failures.set(source, { since: now, count: 1 });
  }
}
