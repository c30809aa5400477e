import { breathe } from '../breathe.js';

/** Alerts of one transaction: a critical one that is raised meanwhile waits for these. */
const BATCH = 20;
/** Failed writes of one look: enough to find an alert that can't be written among a batch, and soon over when the database is away. */
const FAILURES = 12;

/** Writes these in one transaction, or rejects with nothing written. */
export type AlertWork = (ids: readonly string[]) => Promise<unknown>;
/** What is to be done to some of the alerts of one look, in the order of their urgency. */
export interface AlertTask { readonly ids: readonly string[]; readonly work: AlertWork }

/** Looks at many alerts, one after the other, in which one alert that can't be written doesn't hold up the others. Remembers from look to look which those are. */
export class AlertBatches {
  /** Could not be written by themselves, who failed longest ago first. They come last, or a dozen of them would use up every look's failures. */
  readonly #stuck = new Set<string>();

  /** One look: every task in turn. Rejects with the first failure once all is tried; what `isStopping` leaves undone comes again with the next look. */
  async run(tasks: readonly AlertTask[], isStopping: () => boolean = () => false): Promise<void> {
    const asked = new Set(tasks.flatMap(({ ids }) => ids));
    for (const id of this.#stuck) if (!asked.has(id)) this.#stuck.delete(id);
    const failures: unknown[] = [];
    for (const task of tasks) await this.#inBatches(task, failures, isStopping);
    if (failures.length > 0) throw failures[0];
  }

  async #inBatches({ ids, work }: AlertTask, failures: unknown[], isStopping: () => boolean): Promise<void> {
    for (const batch of this.#batchesOf(ids)) {
      if (isStopping()) return;
      await this.#inHalves(batch, work, failures);
      await breathe();
    }
  }

  /** The stuck ones each by itself. */
  #batchesOf(ids: readonly string[]): string[][] {
    const own = new Set(ids);
    const sound = ids.filter((id) => !this.#stuck.has(id));
    const batches = Array.from({ length: Math.ceil(sound.length / BATCH) }, (_, index) => sound.slice(index * BATCH, (index + 1) * BATCH));
    return [...batches, ...[...this.#stuck].filter((id) => own.has(id)).map((id) => [id])];
  }

  async #inHalves(ids: readonly string[], work: AlertWork, failures: unknown[]): Promise<void> {
    if (failures.length >= FAILURES) return;
    try {
      await work(ids);
      for (const id of ids) this.#stuck.delete(id);
    } catch (error) {
      failures.push(error);
      const [only, ...others] = ids;
      if (others.length === 0) return this.#noteStuck(only);
      await this.#inHalves(ids.slice(0, ids.length / 2), work, failures);
      await this.#inHalves(ids.slice(ids.length / 2), work, failures);
    }
  }

  /** At the end of the line. */
  #noteStuck(id: string | undefined): void {
    if (id === undefined) return;
    this.#stuck.delete(id);
    this.#stuck.add(id);
  }
}
