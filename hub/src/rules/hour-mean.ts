import type { EpochMs } from '@liandong/protocols';

const PART_MS = 300_000;
const PARTS = 12;
/** GB 3095, validity of data: at least 45 minutes of an hour. */
const VALID_SHARE = 0.75;

/** Saved: the newest part's number, then sums and counts. */
export type SavedHour = [newest: number, sums: number[], counts: number[]];

/** The mean of the last hour by device time, kept in twelve parts of five minutes, so its memory does not grow with the rate of samples. */
export class HourMean {
  /** Number of the newest part since 1970; -1 without samples. Part n is kept at n % 12. */
  #newest = -1;
  #sums: number[] = new Array<number>(PARTS).fill(0);
  #counts: number[] = new Array<number>(PARTS).fill(0);

  add(ts: EpochMs, value: number): void {
    if (!Number.isFinite(value)) return;
    this.#moveTo(Math.floor(ts / PART_MS));
    const part = this.#newest % PARTS;
    this.#sums[part]! += value; // part < PARTS
    this.#counts[part]! += 1; // part < PARTS
  }

  /** Of the hour that ends at `ts`; undefined when fewer than 45 minutes of it were measured by a device that reports every `intervalS` seconds. */
  at(ts: EpochMs, intervalS: number): number | undefined {
    if (this.#newest < 0) return undefined;
    this.#moveTo(Math.floor(ts / PART_MS));
    let [sum, count, covered] = [0, 0, 0];
    for (let part = 0; part < PARTS; part += 1) {
      if (this.#counts[part] === 0) continue;
      sum += this.#sums[part]!; // part < PARTS
      count += this.#counts[part]!; // part < PARTS
      covered += 1;
    }
    const expected = Math.max(1, Math.min(PARTS, Math.floor(3600 / intervalS)));
    return covered >= Math.ceil(VALID_SHARE * expected) ? sum / count : undefined;
  }

  /** After a step back of the clock: what was measured later than this says nothing any more. */
  limitTimes(now: EpochMs): void {
    if (this.#newest > Math.floor(now / PART_MS)) this.#empty();
  }

  save(): SavedHour | undefined { return this.#newest < 0 ? undefined : [this.#newest, this.#sums.map((sum) => Number(sum.toPrecision(9))), this.#counts]; }
  load([newest, sums, counts]: SavedHour): void { [this.#newest, this.#sums, this.#counts] = [newest, [...sums], [...counts]]; }

  #moveTo(part: number): void {
    if (part <= this.#newest) return;
    if (this.#newest < 0 || part - this.#newest >= PARTS) this.#empty();
    else for (let next = this.#newest + 1; next <= part; next += 1) this.#sums[next % PARTS] = this.#counts[next % PARTS] = 0;
    this.#newest = part;
  }

  #empty(): void {
    this.#newest = -1;
    this.#sums.fill(0);
    this.#counts.fill(0);
  }
}
