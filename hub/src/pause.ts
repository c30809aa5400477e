import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, and ends early when `signal` does. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined); // nothing but the signal ends it early
}
