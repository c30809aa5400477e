/** The first `limit` items of two sorted lists that pass, in order; goes no further than it must. */
export function mergeSorted<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number, passes: (item: T) => boolean, limit: number): T[] {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (merged.length < limit) {
    const [x, y] = [a[i], b[j]];
    if (x === undefined && y === undefined) break;
    const takesA = y === undefined || (x !== undefined && compare(x, y) <= 0);
    const item = takesA ? x : y;
    if (takesA) i += 1; else j += 1;
    if (item !== undefined && passes(item)) merged.push(item);
  }
  return merged;
}
