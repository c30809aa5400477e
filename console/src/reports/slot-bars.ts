import type { AlertKpi, EpochMs } from '@liandong/protocols';

/** One bar of the chart: the fullest slot within it, for a flood must not vanish in a mean. */
export interface SlotBar { from: EpochMs; to: EpochMs; most: number; total: number }
/** Bars that fit on a screen (count). */
const MOST_BARS = 288;

/** Ten-minute slots as bars, several slots to a bar where there are too many. */
export function slotBars({ slots, to }: Pick<AlertKpi, 'slots' | 'to'>, mostBars = MOST_BARS): SlotBar[] {
  const perBar = Math.max(1, Math.ceil(slots.length / mostBars));
  const bars: SlotBar[] = [];
  for (let index = 0; index < slots.length; index += perBar) {
    const own = slots.slice(index, index + perBar);
    bars.push({ from: own[0]?.[0] ?? to, to: slots[index + perBar]?.[0] ?? to, most: Math.max(...own.map(([, count]) => count)), total: own.reduce((sum, [, count]) => sum + count, 0) });
  }
  return bars;
}
