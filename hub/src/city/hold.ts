/** An answer that is held looks again this often whatever it is told: another process may have made the news. */
const LOOK_MS = 2_000;
/** Answers held at once; who comes on top is answered at once and asks again. */
const MOST_HELD = 500;

export interface HoldOptions {
  readonly waitMs: number;
  /** Calls when there may be news; returns how to stop. */
  readonly onNews: (listener: () => void) => () => void;
  /** The caller is gone. */
  readonly signal: AbortSignal;
}

/** Holds answers that would be empty until there is something to tell. */
export class Holder {
  #held = 0;

  /** Reads until it isn't empty, `waitMs` are over or the caller is gone. */
  async read<T>(read: () => Promise<T>, isEmpty: (answer: T) => boolean, { waitMs, onNews, signal }: HoldOptions): Promise<T> {
    let answer = await read();
    if (waitMs <= 0 || this.#held >= MOST_HELD) return answer;
    this.#held += 1;
    const news = new Bell();
    // Listened to before the next look, so that nothing falls between.
    const stop = onNews(() => { news.ring(); });
    const end = performance.now() + waitMs;
    try {
      for (let left = waitMs; isEmpty(answer) && left > 0; left = end - performance.now()) {
        await news.wait(Math.min(left, LOOK_MS), signal);
        if (signal.aborted) break; // nobody is there to be told, and the database may be closing
        answer = await read();
      }
      return answer;
    } finally {
      stop();
      this.#held -= 1;
    }
  }
}

/** A ring that came while nobody waited is not lost. */
class Bell {
  #hasRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake);
        this.#wake = wake;
      });
    }
    [this.#wake, this.#hasRung] = [undefined, false];
  }
}
