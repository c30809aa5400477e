/** Runs jobs one after another, in the order they were given; a failed job doesn't stop the next. */
export type Lane = <T>(job: () => Promise<T>) => Promise<T>;

export function createLane(): Lane {
  let tail: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = tail.then(job);
    tail = result.catch(() => undefined); // the caller has the rejection; the queue only needs to know that it ended
    return result;
  };
}
