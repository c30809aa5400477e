interface Entry<T> {
  readonly dueMs: number;
  readonly order: number;
  readonly item: T;
}

/** What is due first comes out first; equal times come out in the order they went in, which replay relies on. */
export class DueHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #order = 0;

  get nextDueMs(): number | undefined { return this.#entries[0]?.dueMs; }
  get size(): number { return this.#entries.length; }

  push(dueMs: number, item: T): void {
    this.#entries.push({ dueMs, order: this.#order++, item });
    this.#siftUp(this.#entries.length - 1);
  }

  /** The first item due at or before `untilMs`; undefined when there is none. */
  pop(untilMs: number): { dueMs: number; item: T } | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.dueMs > untilMs) return undefined;
    const last = this.#entries.pop();
    if (last !== undefined && last !== first) {
      this.#entries[0] = last;
      this.#siftDown(0);
    }
    return first;
  }

  clear(): void { this.#entries.length = 0; }

  #siftUp(start: number): void {
    for (let at = start; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #siftDown(start: number): void {
    for (let at = start; ;) {
      const left = at * 2 + 1;
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(smaller, at)) return;
      this.#swap(at, smaller);
      at = smaller;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#entries[a], this.#entries[b]];
    if (one === undefined) return false;
    if (other === undefined) return true;
    return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#entries[a], this.#entries[b]];
    if (one === undefined || other === undefined) return;
    this.#entries[a] = other;
    this.#entries[b] = one;
  }
}
