/** Grows without a limit of its own and holds numbers only: a report over 100,000 alerts has two of them. */
export class Durations {
  #values = new Float64Array(1024);
  #count = 0;

  get count(): number { return this.#count; }

  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = ms;
    this.#count += 1;
  }

  /** Seconds; without values only the count. */
  spread(): { p50?: number; p95?: number; count: number } {
    const sorted = this.#values.slice(0, this.#count).sort();
    return this.#count === 0 ? { count: 0 } : { p50: quantile(sorted, 0.5) / 1000, p95: quantile(sorted, 0.95) / 1000, count: this.#count };
  }
}

/** Of sorted values: exact, between two ranks interpolated, so that 0.5 is the median. 0 of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const rank = (sorted.length - 1) * share;
  const below = sorted[Math.floor(rank)] ?? 0;
  return below + ((sorted[Math.ceil(rank)] ?? below) - below) * (rank - Math.floor(rank));
}
