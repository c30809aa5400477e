/** Events of one device that the broker hasn't acknowledged, oldest first. The oldest goes when it is full. */
export class EventOutbox {
  readonly #payloads = new Set<string>();

  constructor(private readonly limit: number) {}

  get size(): number { return this.#payloads.size; }

  /** Keeps an event until `settle`; says whether an older one had to go. */
  add(payload: string): { hasDropped: boolean } {
    this.#payloads.add(payload);
    if (this.#payloads.size <= this.limit) return { hasDropped: false };
    const [oldest] = this.#payloads;
    if (oldest !== undefined) this.#payloads.delete(oldest);
    return { hasDropped: true };
  }

  settle(payload: string): void { this.#payloads.delete(payload); }

  /** What is still to be acknowledged, in order; the same text, so the same id, as the first time. */
  pending(): string[] { return [...this.#payloads]; }
}
