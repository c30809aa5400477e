import type { EpochMs } from '@liandong/protocols';

const WINDOW_S = 10;

/** Counts per second over the last ten whole seconds. */
export function createRateMeter() {
  const counts = new Map<number, number>();
  return {
    add(at: EpochMs, count: number): void {
      const second = Math.floor(at / 1000);
      counts.set(second, (counts.get(second) ?? 0) + count);
      for (const old of counts.keys()) if (old < second - WINDOW_S) counts.delete(old);
    },
    perSecond(now: EpochMs): number {
      const second = Math.floor(now / 1000);
      let sum = 0;
      for (const [at, count] of counts) if (at >= second - WINDOW_S && at < second) sum += count;
      return sum / WINDOW_S;
    },
  };
}
