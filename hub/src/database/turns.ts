/** One holder at a time, in the order of asking. */
export class Turns {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  /** @throws Error when `withinMs` is given and the turn does not come in that time */
  async take(withinMs?: number): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const timer = withinMs === undefined ? undefined : setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(new Error(`the turn to write did not come within ${withinMs / 1000} s`));
      }, withinMs);
      const enter = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.push(enter);
    });
  }

  /** Handed on directly, so that nobody who comes in between overtakes those who wait. */
  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
