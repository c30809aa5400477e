import type { Random } from '../random.js';

const FIRST_MS = 500;
const LONGEST_MS = 8_000;

/** Pause before the next try: doubles up to eight seconds or `longestMs`, and half to one and a half of that, so that a fleet doesn't come back in step. */
export const backoffMs = (failures: number, random: Random, longestMs = LONGEST_MS): number =>
  Math.round(Math.min(longestMs, FIRST_MS * 2 ** Math.min(failures, 10)) * (0.5 + random()));
