/** Pictures of this long are counted (ms); a longer gap is a page that was not shown, and counting starts anew. */
const WINDOW_MS = 2000;

export interface PictureMeterOptions {
  readonly now: () => number;
  /** Calls back with the next picture; returns how to call it off. */
  readonly nextPicture?: (run: () => void) => () => void;
}
const byAnimationFrame = (run: () => void): (() => void) => {
  if (typeof requestAnimationFrame !== 'function') return () => undefined;
  const frame = requestAnimationFrame(run);
  return () => { cancelAnimationFrame(frame); };
};

/** Counts the pictures the browser really draws. To count them it asks for each, so it is switched on only while that matters. */
export function createPictureMeter({ now, nextPicture = byAnimationFrame }: PictureMeterOptions) {
  const times: number[] = [];
  let cancel: (() => void) | undefined;
  function step(): void {
    const at = now();
    if (at - (times.at(-1) ?? at) > WINDOW_MS) times.length = 0;
    times.push(at);
    while (at - (times[0] ?? at) > WINDOW_MS) times.shift();
    cancel = nextPicture(step);
  }
  return {
    start(): void { cancel ??= nextPicture(step); },
    stop(): void { cancel?.(); cancel = undefined; times.length = 0; },
    /** Over the last two seconds; undefined before one has been watched. */
    perSecond(): number | undefined {
      const lasted = (times.at(-1) ?? 0) - (times[0] ?? 0);
      return lasted < WINDOW_MS / 2 ? undefined : (times.length - 1) / lasted * 1000;
    },
  };
}
