import type { Feature } from './feature.js';

/** The same work again and again, first after `everyMs`. It must not reject. `stop` waits for the round under way. */
export class Rounds implements Feature {
  readonly #everyMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(everyMs: number, work: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
  }

  async start(): Promise<void> {
    this.#timer ??= setInterval(() => { this.#running = this.#work(); }, this.#everyMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }
}
