export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** At most `limit` tasks at a time, the rest in the order they came. Bounded by its callers: one task per device or area. */
export function createLimiter(limit: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  const free = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return async (task) => {
    if (running < limit) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      free();
    }
  };
}
