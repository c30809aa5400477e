/** Moves something no more often than asked for: at once when the last move is long enough ago, else as soon as it is. Of several requests the earliest counts. */
export function createPacer(move: () => void, now: () => number = () => performance.now()) {
  let movedAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  function go(): void {
    clearTimeout(timer);
    [timer, dueAt, movedAt] = [undefined, Number.POSITIVE_INFINITY, now()];
    move();
  }
  return {
    /** `gapMs`: the least time since the last move. */
    ask(gapMs: number): void {
      const at = movedAt + gapMs;
      if (at <= now()) { go(); return; }
      if (at >= dueAt) return;
      clearTimeout(timer);
      dueAt = at;
      timer = setTimeout(go, at - now());
    },
  };
}
