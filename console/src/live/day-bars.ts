import type { Alert, EpochMs } from '@liandong/protocols';

export const BAR_MS = 15 * 60_000;
export const BAR_COUNT = 96;
/** ISA-18.2's flood: more than 10 new alerts in 10 min for one operator, here per 15 min bar. */
export const FLOOD_PER_BAR = 15;

export interface DayBar { from: EpochMs; count: number; isFlood: boolean }

/** New alerts per quarter of an hour; the last bar holds `now`. */
export function dayBars(alerts: readonly Alert[], now: EpochMs): DayBar[] {
  const first = Math.floor(now / BAR_MS) - (BAR_COUNT - 1);
  const counts = new Array<number>(BAR_COUNT).fill(0);
  for (const alert of alerts) {
    const index = Math.floor(alert.raisedAt / BAR_MS) - first;
    if (index >= 0 && index < BAR_COUNT) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count, index) => ({ from: (first + index) * BAR_MS, count, isFlood: count > FLOOD_PER_BAR }));
}
