import type { Executor } from './statement.js';

/** What the log holds is moved on after this long or this many writes, whichever comes first. In a storm little at a time: while the disk takes it, commits are slow. */
const EVERY_MS = { storm: 1_000, quiet: 5_000 };
const EVERY_WRITES = 500;
/** Pages of a log that is to begin anew: as long as something is written meanwhile, the reading connection never reaches its end. The connection that writes then moves the rest, which keeps a critical alert for some 15 ms: rarely. 64 MiB. */
const LONG_LOG = 16_384;

/** More pages of the log written in a second than this are a storm of alerts. */
const STORM_PAGES_PER_S = 200;
/**
 * What a log that begins anew keeps of the disk (bytes): in a storm all of it. The commit that gives the rest back takes 30 to 60 ms, and a log that overwrites what it has needs no room to be found for
 * each commit. In quiet hours 16 MiB.
 */
export const KEPT_BYTES = { storm: -1, quiet: 16 * 2 ** 20 };

const CHECKPOINT = { sql: 'pragma wal_checkpoint(passive)', parameters: [] };

/**
 * Moves what the write-ahead log holds into the file, on the connection that reads. Left to SQLite, the commit that finds the log long does it before it is answered, and an alert would wait for that:
 * a thousand pages, synced twice.
 */
export class Checkpoints {
  readonly #reader: Executor;
  readonly #writer: Executor;
  readonly #stopwatch: () => number;
  #writes = 0;
  #at: number;
  #isRunning = false;
  /** Pages of the log the last time. */
  #log = 0;
  #isMoved = true;
  #isStorm = false;

  /** `stopwatch`: time that passes, in ms. */
  constructor({ reader, writer, stopwatch = () => performance.now() }: { reader: Executor; writer: Executor; stopwatch?: () => number }) {
    this.#reader = reader;
    this.#writer = writer;
    this.#stopwatch = stopwatch;
    this.#at = stopwatch();
  }

  /** Call after each write; never throws, and takes no time of its own. */
  onWrite(): void {
    this.#writes += 1;
    if (this.#isRunning || (this.#writes < EVERY_WRITES && this.#stopwatch() - this.#at < EVERY_MS[this.#isStorm ? 'storm' : 'quiet'])) return;
    this.#isRunning = true;
    this.#writes = 0;
    // Whatever fails here, the next one tries again; the connection's own errors are told to whoever asks it something.
    void this.#run().catch(() => undefined).finally(() => {
      this.#isRunning = false;
      this.#at = this.#stopwatch();
    });
  }

  async #run(): Promise<void> {
    const seconds = (this.#stopwatch() - this.#at) / 1000;
    const { rows: [state] } = await this.#reader.execute(CHECKPOINT);
    const log = Number(state?.['log'] ?? 0);
    if (log < 0) return; // another connection is at it
    // What was moved as a whole begins anew with the next write, and may have grown as long since.
    const written = this.#isMoved || log < this.#log ? log : log - this.#log;
    [this.#log, this.#isMoved] = [log, Number(state?.['checkpointed']) === log];
    await this.#note(written / seconds > STORM_PAGES_PER_S);
    // What is left is little. Within a transaction it is refused, and left to the next time.
    if (log > LONG_LOG) await this.#writer.execute(CHECKPOINT);
  }

  async #note(isStorm: boolean): Promise<void> {
    if (isStorm === this.#isStorm) return;
    await this.#writer.execute({ sql: `pragma journal_size_limit = ${KEPT_BYTES[isStorm ? 'storm' : 'quiet']}`, parameters: [] });
    this.#isStorm = isStorm;
  }
}
