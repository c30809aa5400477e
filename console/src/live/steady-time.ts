import type { EpochMs } from '@liandong/protocols';

/** Beyond this between two looks, the computer slept or its clock was set forward (ms). */
const JUMP_MS = 1000;

/**
 * This computer's time for ages and pauses, which a clock set back does not turn back: a silent feed would look live for as long, and an alarm's sound would not repeat.
 * It goes by the monotonic clock, and takes over a jump forward: that may stand still while the computer sleeps.
 */
export function createSteadyTime({ wall, monotonic }: { wall: () => EpochMs; monotonic: () => number }): () => EpochMs {
  let [wallBefore, steadyBefore] = [wall(), monotonic()];
  let offset = wallBefore - steadyBefore;
  return () => {
    const [wallNow, steadyNow] = [wall(), monotonic()];
    const ahead = wallNow - wallBefore - (steadyNow - steadyBefore);
    if (ahead > JUMP_MS) offset += ahead;
    [wallBefore, steadyBefore] = [wallNow, steadyNow];
    return Math.round(steadyNow + offset);
  };
}
