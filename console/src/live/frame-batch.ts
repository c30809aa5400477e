/** Calls `run` once, before the next picture is drawn; a page that isn't shown draws none, so a timer stands by (ms). Returns how to call it off. */
export type NextFrame = (run: () => void) => () => void;
const STAND_BY_MS = 100;

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
  /** Items applied before one picture at most, so that none takes too long (count). */
  readonly perFrame: number;
  readonly schedule?: NextFrame;
}

/** Gathers changes and applies them together, the latest state of each key, once per picture. */
export function createFrameBatch<T>({ keyOf, isNewer, apply, perFrame, schedule = nextFrame }: FrameBatchOptions<T>) {
  const waiting = new Map<string, T>();
  let cancel: (() => void) | undefined;

  function run(): void {
    cancel = undefined;
    if (waiting.size <= perFrame) { flush(); return; }
    const part: T[] = [];
    for (const [key, item] of waiting) {
      if (part.length >= perFrame) break;
      part.push(item);
      waiting.delete(key);
    }
    apply(part);
    cancel = schedule(run);
  }
  /** Applies everything now. */
  function flush(): void {
    stop();
    if (waiting.size === 0) return;
    const all = [...waiting.values()];
    waiting.clear();
    apply(all);
  }
  function stop(): void { cancel?.(); cancel = undefined; }
  return {
    add(item: T): void {
      const known = waiting.get(keyOf(item));
      if (known !== undefined && !isNewer(item, known)) return;
      waiting.set(keyOf(item), item);
      cancel ??= schedule(run);
    },
    flush,
    /** Forgets what waits. */
    drop(): void { stop(); waiting.clear(); },
    get size(): number { return waiting.size; },
  };
}
