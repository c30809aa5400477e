/** Of values in rising order; `share` from 0 to 1. 0 when there are none. */
export const percentile = (sorted: ArrayLike<number>, share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const median = (values: readonly number[]): number => percentile([...values].sort((a, b) => a - b), 0.5);
