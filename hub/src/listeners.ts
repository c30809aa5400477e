/** Those who are told of something that has happened. One that throws is reported and keeps it from nobody: whoever tells would take that for a failure of its own. */
export class Listeners<Told extends readonly unknown[] = []> {
  readonly #listeners = new Set<(...told: Told) => void>();
  readonly #onError: (error: unknown) => void;

  constructor({ onError }: { onError: (error: unknown) => void }) {
    this.#onError = onError;
  }

  /** Returns how to stop. */
  add(listener: (...told: Told) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** In the order in which they were added. Throws only what `onError` throws, and then those who come after are not told. */
  tell(...told: Told): void {
    for (const listener of this.#listeners) {
      try {
        listener(...told);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
