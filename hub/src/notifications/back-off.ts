/** First pause and longest one. */
const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;

/** Pause after so many failures in a row (1 and up): 1 s doubled each time, 5 min at most unless told, and of that a random half to whole, so that many hubs don't come back at once. `random`: 0 to 1. */
export function backOffMs(failures: number, random: number, longestMs = LONGEST_MS): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.min(Math.max(failures, 1) - 1, 20), longestMs);
  return Math.max(FIRST_MS, Math.round(whole * (0.5 + random / 2)));
}
