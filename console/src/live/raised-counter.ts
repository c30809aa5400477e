import type { EpochMs } from '@liandong/protocols';
import { BAR_MS } from './day-bars.js';

/** The last minutes are counted this fine (ms). */
const SLOT_MS = 10_000;
const KEPT_SLOTS = 120;
const KEPT_BARS = 110;

/** New alerts over time, counted as they come: no list of 50,000 has to be gone through, and what is forgotten later stays counted. */
export function createRaisedCounter() {
  const bars = new Map<number, number>();
  const slots = new Map<number, number>();
  function add(raisedAt: EpochMs): void {
    count(bars, Math.floor(raisedAt / BAR_MS), KEPT_BARS);
    count(slots, Math.floor(raisedAt / SLOT_MS), KEPT_SLOTS);
  }
  return {
    add,
    /** By number of the quarter of an hour since 1970. */
    bars: bars as ReadonlyMap<number, number>,
    /** How many were raised in the last `withinMs` (up to 20 min), to 10 s. */
    within(withinMs: number, now: EpochMs): number {
      const first = Math.floor((now - withinMs) / SLOT_MS);
      let sum = 0;
      for (const [slot, value] of slots) if (slot > first) sum += value;
      return sum;
    },
    reset(): void { bars.clear(); slots.clear(); },
  };
}

function count(into: Map<number, number>, key: number, kept: number): void {
  into.set(key, (into.get(key) ?? 0) + 1);
  if (into.size > kept * 2) for (const old of [...into.keys()].sort((a, b) => a - b).slice(0, kept)) into.delete(old);
}
