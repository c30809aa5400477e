/** The `size` greatest of many, the greatest first; `isBefore(a, b)`: a comes before b. */
export class Top<T> {
  readonly #items: T[] = [];

  constructor(private readonly size: number, private readonly isBefore: (a: T, b: T) => boolean) {}

  get items(): readonly T[] { return this.#items; }

  add(item: T): void {
    const last = this.#items.at(-1);
    if (this.#items.length === this.size && last !== undefined && !this.isBefore(item, last)) return;
    let place = this.#items.length;
    while (place > 0 && this.isBefore(item, this.#items[place - 1]!)) place -= 1; // place - 1 is within
    this.#items.splice(place, 0, item);
    if (this.#items.length > this.size) this.#items.pop();
  }
}
