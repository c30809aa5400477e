/** Wakes whoever waits; a notice that comes while nobody does is kept for the next. */
export class Signal {
  #isSet = false;
  #waiting: (() => void) | undefined;

  notify(): void {
    this.#isSet = true;
    this.#waiting?.();
  }

  /** Until the next notice. One waits at a time. */
  async wait(): Promise<void> {
    if (!this.#isSet) await new Promise<void>((resolve) => { this.#waiting = resolve; });
    this.#waiting = undefined;
    this.#isSet = false;
  }
}
