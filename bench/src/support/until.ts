import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Asks again and again; an error of `look` counts as "not yet". @throws Error after `withinMs`, with the last error as cause */
export async function until(what: string, look: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  let cause: unknown;
  while (performance.now() < giveUpAt) {
    try {
      if (await look()) return;
    } catch (error) {
      cause = error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause });
}
