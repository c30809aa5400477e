import type { Feature } from './feature.js';

/**
 * The same work again and again, first after `everyMs`, and never twice at a time: a round that takes longer than that is not overtaken by the next. The work must not reject.
 * `stop` waits for the round under way.
 */
export class Rounds implements Feature {
  readonly #everyMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;
  #isBusy = false;

  constructor(everyMs: number, work: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
  }

  /** A round that begins after this call. Those asked for while one is under way are one: however slow the work, no more than that waits. */
  now(): Promise<void> {
    if (this.#waiting === undefined) this.#last = this.#waiting = this.#last.then(() => this.#round());
    return this.#waiting;
  }

  /** Resolves when none is under way and none waits. */
  idle(): Promise<void> { return this.#last; }

  async start(): Promise<void> {
    this.#timer ??= setInterval(() => { if (!this.#isBusy) void this.now(); }, this.#everyMs);
    this.#timer.unref();
  }

  /** The same, with a first round before it resolves. */
  async startAtOnce(): Promise<void> {
    await this.start();
    await this.now();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#last;
  }

  async #round(): Promise<void> {
    this.#waiting = undefined;
    this.#isBusy = true;
    await this.#work();
    this.#isBusy = false;
  }
}
