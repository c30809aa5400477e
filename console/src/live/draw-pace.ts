import { isPageHidden } from './page-hidden.js';

/** Calls back once the picture that is being made stands. */
export type AfterPicture = (run: () => void) => void;
/** From within a frame a timer comes up only after its layout and paint. */
const afterPictureByTimer: AfterPicture = (run) => { setTimeout(run, 0); };

export interface DrawPaceOptions {
  /** The share of all time that drawing may take, 0–1. */
  readonly share: number;
  /** Bounds of the time between two passes (ms). */
  readonly leastMs: number;
  readonly mostMs: number;
  readonly now: () => number;
  readonly afterPicture?: AfterPicture;
  readonly isHidden?: () => boolean;
}
/** What one pass weighs against those before; a single slow one (a collection of garbage) should not slow the list for long. */
const FADE = 0.6;

/**
 * Keeps drawing to a share of the time. What a pass takes is measured by the clock on the wall, from its first change until its picture stands:
 * on a slow machine, or one that others use too, passes take longer, and so they come less often instead of piling up.
 */
export function createDrawPace({ share, leastMs, mostMs, now, afterPicture = afterPictureByTimer, isHidden = isPageHidden }: DrawPaceOptions) {
  let costMs = 0;
  let isMeasuring = false;
  return {
    /** A pass begins. */
    begin(): void {
      if (isMeasuring || isHidden()) return;
      isMeasuring = true;
      const from = now();
      afterPicture(() => { isMeasuring = false; costMs = Math.max(0, now() - from) * (1 - FADE) + costMs * FADE; });
    },
    /** Least time from one pass to the next (ms). */
    get gapMs(): number { return Math.min(mostMs, Math.max(leastMs, costMs / share)); },
  };
}
