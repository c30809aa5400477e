import type { Seq } from '@liandong/protocols';
import type { Change } from './change-log.js';

/** Kept at least, once there were so many. */
const KEPT = 1_024;

/**
 * The newest changes that were told, as far as their numbers follow one another: then there is nothing between them. For whoever reads the log close behind its end, as the notifications do: in a storm of alerts each would be
 * read from the database, and made from its JSON again, while the next are to be written.
 */
export class RecentChanges {
  #kept: Change[] = [];

  /** Call with each as it is told. After a number that was passed over, or one that comes late, it begins anew. */
  note(change: Change): void {
    const newest = this.#kept.at(-1);
    if (newest !== undefined && change.seq !== newest.seq + 1) this.#kept = [];
    this.#kept.push(change);
    if (this.#kept.length >= 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
  }

  /** Older ones are no longer kept in the database: what is said of them is for that to say. */
  forget(): void {
    this.#kept = [];
  }

  /** What follows `since`, oldest first; undefined when that is for the database to say: `since` is no number of those here, or nothing that follows it was told yet. */
  after(since: Seq, limit: number): Change[] | undefined {
    const from = since - (this.#kept[0]?.seq ?? Infinity) + 1;
    return from >= 1 && from < this.#kept.length ? this.#kept.slice(from, from + limit) : undefined;
  }
}
