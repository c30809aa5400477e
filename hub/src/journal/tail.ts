import type { Seq } from '@liandong/protocols';
import type { JournalBatch } from './types.js';

/** What readers that keep up have still to read, so that they never decode from disk. Bounded by records and by bytes. */
export class JournalTail {
  readonly #batches: JournalBatch[] = [];
  readonly #sizes: number[] = [];
  readonly #limits: { readonly records: number; readonly bytes: number };
  #records = 0;
  #bytes = 0;

  constructor(limits: { records: number; bytes: number }) {
    this.#limits = limits;
  }

  /** `bytes`: the batch as it is on disk. */
  push(batch: JournalBatch, bytes: number): void {
    this.#batches.push(batch);
    this.#sizes.push(bytes);
    this.#records += batch.records.length;
    this.#bytes += bytes;
    while ((this.#records > this.#limits.records || this.#bytes > this.#limits.bytes) && this.#batches.length > 1) this.#drop();
  }

  /** Everybody has read what is up to there. Held on to, every record would grow old enough to be copied by the garbage collector, twice, and cost it a long pause in the end. */
  release(upTo: Seq): void {
    while (this.#batches.length > 0 && (this.#batches[0]?.last ?? 0) <= upTo) this.#drop();
  }

  #drop(): void {
    this.#records -= this.#batches.shift()?.records.length ?? 0;
    this.#bytes -= this.#sizes.shift() ?? 0;
  }

  /** The batches from the one that holds `from` on; none when that is older than what is held, or newer. */
  batchesFrom(from: Seq): readonly JournalBatch[] {
    const start = this.#batches.findLastIndex((batch) => batch.first <= from);
    return start === -1 || from > (this.#batches.at(-1)?.last ?? 0) ? [] : this.#batches.slice(start);
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
