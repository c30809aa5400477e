import type { Seq } from '@liandong/protocols';

/** Both ends included. */
export interface Range { readonly from: Seq; readonly to: Seq }
/** `live`: what came since the link is up; `backlog`: what came before. */
export type Lane = 'live' | 'backlog';
export type BacklogOrder = 'in-order' | 'newest-first';
/** As it is kept: everything in `pending`, and from `next` on, is still to be passed on. */
export interface SavedLanes { readonly pending: readonly (readonly [Seq, Seq])[]; readonly next: Seq }

/**
 * What of the journal is still to be passed on. New records have a lane of their own, so that they wait for no backlog; what is taken newest first leaves gaps, hence
 * ranges and no single cursor. A range is either pending, taken, or done, and what was taken and not confirmed is pending again when the link is lost.
 */
export class Lanes {
  /** Apart from each other, in order, all below `#next`. */
  #pending: Range[];
  #next: Seq;
  readonly #taken = new Set<Range>();

  constructor(private readonly order: BacklogOrder, saved: SavedLanes = { pending: [], next: 1 }) {
    this.#pending = saved.pending.map(([from, to]) => ({ from, to }));
    this.#next = saved.next;
  }

  /** The link is up: all up to `last`, the newest record, is backlog. */
  open(last: Seq): void {
    if (last < this.#next) return;
    this.#put({ from: this.#next, to: last });
    this.#next = last + 1;
  }

  /** The link is lost. */
  close(): void {
    for (const range of this.#taken) this.#put(range);
    this.#taken.clear();
  }

  /** The next records of a lane, at most so many; undefined when there are none. */
  take(lane: Lane, last: Seq, maxRecords: number): Range | undefined {
    const range = lane === 'live' ? this.#takeLive(last, maxRecords) : this.#takeBacklog(maxRecords);
    if (range !== undefined) this.#taken.add(range);
    return range;
  }

  /** The hub has it. */
  done(range: Range): void { this.#taken.delete(range); }

  /** Everything up to here was passed on. */
  get position(): Seq {
    let lowest = this.#next;
    for (const { from } of [...this.#pending, ...this.#taken]) lowest = Math.min(lowest, from);
    return lowest - 1;
  }

  /** Records that wait in the backlog lane. */
  get backlog(): number { return this.#pending.reduce((sum, { from, to }) => sum + to - from + 1, 0); }

  /** What was taken counts as pending: whether it arrived nobody knows after a crash. */
  save(): SavedLanes {
    const pending = merge([...this.#pending, ...this.#taken]);
    return { pending: pending.map(({ from, to }) => [from, to] as const), next: this.#next };
  }

  #takeLive(last: Seq, maxRecords: number): Range | undefined {
    if (last < this.#next) return undefined;
    const range = { from: this.#next, to: Math.min(last, this.#next + maxRecords - 1) };
    this.#next = range.to + 1;
    return range;
  }

  #takeBacklog(maxRecords: number): Range | undefined {
    const isNewest = this.order === 'newest-first';
    const whole = isNewest ? this.#pending.pop() : this.#pending.shift();
    if (whole === undefined) return undefined;
    const { from, to } = whole;
    if (to - from < maxRecords) return whole;
    if (isNewest) this.#pending.push({ from, to: to - maxRecords });
    else this.#pending.unshift({ from: from + maxRecords, to });
    return isNewest ? { from: to - maxRecords + 1, to } : { from, to: from + maxRecords - 1 };
  }

  #put(range: Range): void { this.#pending = merge([...this.#pending, range]); }
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else merged.push(range);
  }
  return merged;
}
