/**
 * Runs again and again, never sooner than `gapMs` after the last run ended, also when the thread stood still meanwhile: an interval would then
 * make up for the time it lost. Gives the function that ends it.
 */
export function paced(gapMs: number, run: () => void): () => void {
  let endedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  const wait = (): void => { timer = setTimeout(tick, Math.ceil(endedAt + gapMs - performance.now())); };
  function tick(): void {
    // A timer counts from the time at which its turn of the event loop began, and so may come early by as much as that turn had taken.
    if (performance.now() - endedAt >= gapMs) {
      run();
      endedAt = performance.now();
    }
    if (!isEnded) wait(); // a run may end it
  }
  wait();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
