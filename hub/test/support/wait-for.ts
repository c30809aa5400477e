/**
 * Asks again every `intervalMs` until `look` gives something other than undefined, null or false, and returns that.
 * An error thrown by `look` counts as "not yet" and becomes the cause when the time runs out.
 * @throws Error naming `what` after `timeoutMs`
 */
export async function waitFor<T>(
  what: string, look: () => T | Promise<T>, { timeoutMs = 10_000, intervalMs = 25 } = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const found = await look();
      // The three empty values are exactly what the type excludes.
      if (found !== undefined && found !== null && found !== false) return found as Exclude<T, undefined | null | false>;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  } while (performance.now() < deadline);
  throw new Error(`${what}: not within ${String(timeoutMs)} ms`, { cause });
}
