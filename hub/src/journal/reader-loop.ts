import type { Seq } from '@liandong/protocols';
import type { Logger } from '../logger.js';
import type { JournalBatch, JournalHandler, NewerBatches } from './types.js';

const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 5000;

export interface ReaderLoopDependencies {
  handler: JournalHandler;
  /** Records after `from` or undefined when there are none yet. */
  read(from: Seq, maxRecords: number): Promise<JournalBatch | undefined>;
  /** What it may read soon. */
  newer: NewerBatches;
  /** It has moved on: others may follow. */
  onAdvance?: () => void;
  logger: Logger;
}

/** Drives one reader: batch after batch in order, the same batch again after a failure, asleep when there is nothing to do. */
export class ReaderLoop {
  readonly #dependencies: ReaderLoopDependencies;
  #position: Seq;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #wake: (() => void) | undefined;
  /** Woken since the last look: a record may have come between a look that found none and the sleep after it. */
  #hasNews = false;
  #failure: string | undefined;

  constructor(dependencies: ReaderLoopDependencies, position: Seq) {
    this.#dependencies = dependencies;
    this.#position = position;
  }

  get name(): string { return this.#dependencies.handler.name; }
  /** See `JournalHandler`. */
  get readsAhead(): boolean { return this.#dependencies.handler.readsAhead ?? false; }
  /** Last sequence dealt with. */
  get position(): Seq { return this.#position; }
  /** Why the latest try failed; undefined when it went well. */
  get failure(): string | undefined { return this.#failure; }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be something to read. */
  wake(): void {
    this.#hasNews = true;
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { handler, read, newer, logger } = this.#dependencies;
    let retryMs = RETRY_FIRST_MS;
    while (!this.#isStopping) {
      try {
        await this.#hold();
        if (this.#isStopping) break;
        this.#hasNews = false;
        const batch = await read(this.#position + 1, handler.maxRecords);
        if (batch === undefined) {
          if (!this.#hasNews) await this.#sleep();
          continue;
        }
        await handler.handle(batch, newer);
        this.#advance(batch.last);
        if (this.#failure !== undefined) logger.info({ reader: this.name }, 'journal reader works again');
        this.#failure = undefined;
        retryMs = RETRY_FIRST_MS;
        if (handler.lingerMs !== undefined && batch.records.length < handler.maxRecords / 2) await this.#sleep(handler.lingerMs);
      } catch (error) {
        if (this.#failure === undefined) logger.warn({ reader: this.name, err: error }, 'journal reader failed; it tries again with the same records');
        this.#failure = error instanceof Error ? error.message : String(error);
        await this.#sleep(retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS);
      }
    }
  }

  /** As long as the handler would have what waits gather company. */
  async #hold(): Promise<void> {
    const { handler, newer } = this.#dependencies;
    while (handler.holdMs !== undefined && !this.#isStopping) {
      const waiting = newer(this.#position);
      const ms = waiting.length === 0 ? 0 : handler.holdMs(waiting);
      if (ms <= 0) return;
      this.#hasNews = false;
      if (await handler.handleUrgent?.(waiting) !== true && !this.#hasNews) await this.#sleep(ms, true);
    }
  }

  #advance(position: Seq): void {
    this.#position = position;
    this.#dependencies.onAdvance?.();
  }

  /** Until woken; or for a time that only a stop cuts short, unless it is to be woken by a new record too. */
  #sleep(ms?: number, isWoken = ms === undefined): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopping) return resolve();
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        if (!isWoken && !this.#isStopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
