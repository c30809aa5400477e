import type { EpochMs } from '@liandong/protocols';

/** What can be added up over devices, areas and time without a loss. */
export interface Figures { readonly count: number; readonly sum: number; readonly min: number; readonly max: number; readonly last: number; readonly lastTs: EpochMs }

/** Adds up figures; of values of the same time the highest is the last. */
export class Tally implements Figures {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  last = 0;
  lastTs = -Infinity;

  add({ count, sum, min, max, last, lastTs }: Figures): void {
    this.count += count;
    this.sum += sum;
    if (min < this.min) this.min = min;
    if (max > this.max) this.max = max;
    if (lastTs > this.lastTs || (lastTs === this.lastTs && last > this.last)) [this.last, this.lastTs] = [last, lastTs];
  }
}
