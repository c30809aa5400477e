import type { EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Feature } from '../feature.js';
import { TooManyError } from '../problem.js';

/** One piece of work; when it has ended it is kept for a while. */
export interface Job { readonly id: string; endedAt?: EpochMs }

/** Besides the one that runs. */
const MOST_WAITING = 3;
const KEPT_MS = 3_600_000;
const MOST_KEPT = 20;
const RETRY_AFTER_S = 30;

/**
 * Runs one job after the other, in the order they came, and keeps the last 20 that ended for an hour each. `run` is given a signal that is aborted when the job
 * is cancelled or the hub stops; it may not reject. After `stop`, which waits for the job in progress, there is nothing any more.
 */
export class Jobs<J extends Job> implements Feature {
  readonly #entries = new Map<string, Entry<J>>();
  #tail: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: { clock: Clock; run: (job: J, signal: AbortSignal) => Promise<void> }) {}

  async start(): Promise<void> { /* it runs when there is something to run */ }

  async stop(): Promise<void> {
    for (const id of this.#entries.keys()) this.cancel(id);
    await this.#tail;
    this.#entries.clear();
  }

  /** @throws TooManyError when three are waiting already. */
  add(job: J): void {
    const unfinished = [...this.#entries.values()].filter((known) => known.job.endedAt === undefined).length;
    if (unfinished > MOST_WAITING) throw new TooManyError(RETRY_AFTER_S, { zh: `一次回测正在运行，另有 ${MOST_WAITING} 次在排队；等其中一次结束再试。`, en: `One back-test runs and ${MOST_WAITING} wait; try again when one of them has ended.` });
    const entry: Entry<J> = { job, ending: new AbortController(), run: undefined };
    this.#entries.set(job.id, entry);
    this.#tail = this.#tail.then(() => this.#begin(entry));
  }

  /** Undefined for one that never was, or is no longer kept. */
  find(id: string): J | undefined {
    this.#forgetOld();
    return this.#entries.get(id)?.job;
  }

  /** One that waits has its turn at once, and ends with it. No effect on one that has ended. */
  cancel(id: string): void {
    const entry = this.#entries.get(id);
    entry?.ending.abort();
    if (entry !== undefined) void this.#begin(entry);
  }

  /** Once. */
  #begin(entry: Entry<J>): Promise<void> {
    entry.run ??= this.dependencies.run(entry.job, entry.ending.signal).then(() => {
      entry.job.endedAt = this.dependencies.clock.now();
      this.#forgetOld();
    });
    return entry.run;
  }

  #forgetOld(): void {
    const ended = [...this.#entries.values()].map(({ job }) => job).filter(({ endedAt }) => endedAt !== undefined);
    const now = this.dependencies.clock.now();
    for (const [index, { id, endedAt = now }] of ended.entries()) if (index < ended.length - MOST_KEPT || now - endedAt >= KEPT_MS) this.#entries.delete(id);
  }
}

interface Entry<J> { readonly job: J; readonly ending: AbortController; /** Present from its turn on. */ run: Promise<void> | undefined }
