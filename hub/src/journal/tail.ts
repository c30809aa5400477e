import type { Seq } from '@liandong/protocols';
import type { JournalBatch } from './types.js';

/** The newest batches in memory, so that readers which keep up never decode from disk. Bounded by records. */
export class JournalTail {
  readonly #batches: JournalBatch[] = [];
  readonly #maxRecords: number;
  #records = 0;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  push(batch: JournalBatch): void {
    this.#batches.push(batch);
    this.#records += batch.records.length;
    while (this.#records > this.#maxRecords && this.#batches.length > 1) this.#records -= this.#batches.shift()?.records.length ?? 0;
  }

  /** Records from `from` on, at most `maxRecords`; undefined when `from` is older than what is held. */
  read(from: Seq, maxRecords: number): JournalBatch | undefined {
    const oldest = this.#batches[0];
    if (oldest === undefined || from < oldest.first) return undefined;
    return sliceBatches(this.#batches, from, maxRecords);
  }
}

/** Joins consecutive batches into one that starts at `from` and has at most `maxRecords` records. */
export function sliceBatches(batches: readonly JournalBatch[], from: Seq, maxRecords: number): JournalBatch | undefined {
  // From the newest back: a reader that keeps up is at the end.
  const start = batches.findLastIndex((batch) => batch.first <= from);
  const first = batches[start];
  if (first === undefined || first.last < from) return undefined;
  const isWhole = first.first === from && first.records.length <= maxRecords;
  if (isWhole && batches[start + 1] === undefined) return first;
  const records = first.records.slice(from - first.first, from - first.first + maxRecords);
  for (let i = start + 1; i < batches.length && records.length < maxRecords; i += 1) {
    const more = batches[i]?.records ?? [];
    for (let k = 0; k < more.length && records.length < maxRecords; k += 1) records.push(more[k] as JournalBatch['records'][number]); // k < length
  }
  return { first: from, last: from + records.length - 1, records };
}
