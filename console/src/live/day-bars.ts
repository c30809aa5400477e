import type { EpochMs } from '@liandong/protocols';

export const BAR_MS = 15 * 60_000;
export const BAR_COUNT = 96;
/** ISA-18.2's flood: more than 10 new alerts in 10 min for one operator, here per 15 min bar. */
export const FLOOD_PER_BAR = 15;

export interface DayBar { from: EpochMs; count: number; isFlood: boolean }

/** New alerts per quarter of an hour, counted by the quarter's number since 1970; the last bar holds `now`. */
export function dayBars(counts: ReadonlyMap<number, number>, now: EpochMs): DayBar[] {
  const first = Math.floor(now / BAR_MS) - (BAR_COUNT - 1);
  return Array.from({ length: BAR_COUNT }, (_, index) => {
    const count = counts.get(first + index) ?? 0;
    return { from: (first + index) * BAR_MS, count, isFlood: count > FLOOD_PER_BAR };
  });
}
