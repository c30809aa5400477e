import type { Executor } from './statement.js';

/** What the log holds is moved on after this long or this many writes, whichever comes first. */
const EVERY_MS = 5_000;
const EVERY_WRITES = 500;
/** Pages of a log that is to begin anew: as long as something is written meanwhile, the reading connection never reaches its end. The connection that writes then moves the rest, which keeps a critical alert for some 15 ms: rarely. 64 MiB. */
const LONG_LOG = 16_384;

const CHECKPOINT = { sql: 'pragma wal_checkpoint(passive)', parameters: [] };

/**
 * Moves what the write-ahead log holds into the file, on the connection that reads. Left to SQLite, the commit that finds the log long does it before it is answered, and an alert would wait for that:
 * a thousand pages, synced twice.
 */
export class Checkpoints {
  readonly #reader: Executor;
  readonly #writer: Executor;
  #writes = 0;
  #at = performance.now();
  #isRunning = false;

  constructor({ reader, writer }: { reader: Executor; writer: Executor }) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** Call after each write; never throws, and takes no time of its own. */
  onWrite(): void {
    this.#writes += 1;
    if (this.#isRunning || (this.#writes < EVERY_WRITES && performance.now() - this.#at < EVERY_MS)) return;
    this.#isRunning = true;
    this.#writes = 0;
    // Whatever fails here, the next one tries again; the connection's own errors are told to whoever asks it something.
    void this.#run().catch(() => undefined).finally(() => {
      this.#isRunning = false;
      this.#at = performance.now();
    });
  }

  async #run(): Promise<void> {
    const { rows: [state] } = await this.#reader.execute(CHECKPOINT);
    // What is left is little. Within a transaction it is refused, and left to the next time.
    if (Number(state?.['log'] ?? 0) > LONG_LOG) await this.#writer.execute(CHECKPOINT);
  }
}
