/**
 * Hands on what comes, in its order, in strides: the first at once, what follows it within the time of a stride together with the last of it. In a storm a screen then costs a write to the network for
 * each stride and not for each alert. What is urgent goes at once, and all that came before it with it.
 */
export class Stride<Item> {
  readonly #everyMs: number;
  readonly #isUrgent: (item: Item) => boolean;
  readonly #onItems: (items: readonly Item[]) => void;
  #waiting: Item[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastAt = -Infinity;
  #isDue = false;

  constructor({ everyMs, isUrgent, onItems }: { everyMs: number; isUrgent: (item: Item) => boolean; onItems: (items: readonly Item[]) => void }) {
    this.#everyMs = everyMs;
    this.#isUrgent = isUrgent;
    this.#onItems = onItems;
  }

  take(item: Item): void {
    this.#waiting.push(item);
    if (this.#isDue) return;
    const leftMs = this.#lastAt + this.#everyMs - performance.now();
    if (leftMs <= 0 || this.#isUrgent(item)) {
      // When whoever brings them is through: what comes in one go is handed on in one.
      this.#isDue = true;
      queueMicrotask(() => { this.#handOn(); });
    } else this.#timer ??= setTimeout(() => { this.#handOn(); }, leftMs);
  }

  /** Forgets what waits. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #handOn(): void {
    this.#isDue = false;
    const items = this.#waiting;
    this.drop();
    this.#lastAt = performance.now();
    if (items.length > 0) this.#onItems(items);
  }
}
