/** Calls `run` once, before the next picture is drawn; a page that isn't shown draws none, so a timer stands by (ms). Returns how to call it off. */
export type NextFrame = (run: () => void) => () => void;
const STAND_BY_MS = 100;
/** What is urgent waits this part of the gap, so that a storm of urgent changes doesn't draw with every picture either. */
const URGENT_PART = 4;

export const nextFrame: NextFrame = (run) => {
  let frame: number | undefined;
  const cancel = () => { clearTimeout(timer); if (frame !== undefined) cancelAnimationFrame(frame); };
  const once = () => { cancel(); run(); };
  const timer = setTimeout(once, STAND_BY_MS);
  if (typeof requestAnimationFrame === 'function') frame = requestAnimationFrame(once);
  return cancel;
};

export interface FrameBatchOptions<T> {
  readonly keyOf: (item: T) => string;
  /** Of two with one key the other is forgotten. */
  readonly isNewer: (item: T, than: T) => boolean;
  readonly apply: (items: readonly T[]) => void;
  /** Goes before all others, and waits for a quarter of the gap only. */
  readonly isUrgent: (item: T) => boolean;
  /** Items applied before one picture at most, so that none takes too long (count). */
  readonly perFrame: number;
  /** Least time between two passes while changes keep coming: nobody reads figures that change with every picture, and each pass draws (ms). */
  readonly gapMs: () => number;
  readonly now: () => number;
  readonly schedule?: NextFrame;
  /** Calls back after so many ms; returns how to call it off. */
  readonly later?: (run: () => void, ms: number) => () => void;
}

const afterMs = (run: () => void, ms: number): (() => void) => { const timer = setTimeout(run, ms); return () => { clearTimeout(timer); }; };

/** Gathers changes and applies them together, the latest state of each key, before a picture is drawn: the next one when all was quiet or it is urgent. */
export function createFrameBatch<T>({ keyOf, isNewer, apply, isUrgent, perFrame, gapMs, now, schedule = nextFrame, later = afterMs }: FrameBatchOptions<T>) {
  const waiting = new Map<string, T>();
  const urgent = new Set<string>();
  let cancel: (() => void) | undefined;
  let [plannedAt, ranAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  function run(): void {
    cancel = undefined;
    if (waiting.size <= perFrame) { flush(); return; }
    const part: T[] = [];
    for (const key of [...urgent, ...waiting.keys()]) {
      const item = waiting.get(key);
      if (part.length >= perFrame) break;
      if (item === undefined) continue;
      part.push(item);
      waiting.delete(key);
      urgent.delete(key);
    }
    ranAt = now();
    apply(part);
    plan(0);
  }
  /** The next pass comes when `gap` has gone by since the last, with the next picture; a sooner one takes the place of a later one (ms). */
  function plan(gap: number): void {
    const at = ranAt + gap;
    if (cancel !== undefined && at >= plannedAt) return;
    cancel?.();
    const wait = at - now();
    plannedAt = wait > 0 ? at : Number.NEGATIVE_INFINITY;
    cancel = wait > 0 ? later(() => { plannedAt = Number.NEGATIVE_INFINITY; cancel = schedule(run); }, wait) : schedule(run);
  }
  /** Applies everything now. */
  function flush(): void {
    stop();
    if (waiting.size === 0) return;
    const all = [...waiting.values()];
    waiting.clear();
    urgent.clear();
    ranAt = now();
    apply(all);
  }
  function stop(): void { cancel?.(); cancel = undefined; }
  return {
    add(item: T): void {
      const known = waiting.get(keyOf(item));
      if (known !== undefined && !isNewer(item, known)) return;
      waiting.set(keyOf(item), item);
      const isNow = isUrgent(item);
      if (isNow) urgent.add(keyOf(item));
      plan(isNow ? gapMs() / URGENT_PART : gapMs());
    },
    flush,
    /** Forgets what waits. */
    drop(): void { stop(); waiting.clear(); urgent.clear(); },
    get size(): number { return waiting.size; },
    /** Since the last pass (ms). */
    sinceMs: (): number => now() - ranAt,
  };
}
