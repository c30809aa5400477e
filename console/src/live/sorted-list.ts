/** Items always in order, one at a time moved into or out of place: a binary search instead of sorting 50,000 again. */
export interface SortedList<T> {
  /** The items in order; the same array each time, changed in place. */
  readonly items: readonly T[];
  add(item: T): void;
  /** Takes out what compares equal to `item`; says whether it was there. */
  remove(item: T): boolean;
  reset(items: readonly T[]): void;
}

/** `compare` must be a total order: 0 for the same item only. */
export function createSortedList<T>(compare: (a: T, b: T) => number): SortedList<T> {
  const items: T[] = [];
  function placeOf(item: T): number {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      // `middle` lies below `high`, so there is an item.
      if (compare(items[middle] as T, item) < 0) low = middle + 1; else high = middle;
    }
    return low;
  }
  return {
    items,
    add(item) {
      const last = items.at(-1);
      // What is new mostly belongs at the end.
      if (last === undefined || compare(last, item) < 0) items.push(item); else items.splice(placeOf(item), 0, item);
    },
    remove(item) {
      const at = placeOf(item);
      const found = items[at];
      if (found === undefined || compare(found, item) !== 0) return false;
      items.splice(at, 1);
      return true;
    },
    reset(next) {
      items.length = 0;
      for (const item of next) items.push(item);
      items.sort(compare);
    },
  };
}
