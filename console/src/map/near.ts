import { distance, type Point } from './geometry.js';

/** More than any screen has cells in a column (count). */
const STRIDE = 1_000_000;

/** Things on the map that can be asked for by place: quick for thousands, by a grid whose cells are `gap` wide (px). */
export function createNear<T extends { readonly at: Point }>(gap: number) {
  const grid = new Map<number, T[]>();
  const kept: T[] = [];
  const cellOf = ([x, y]: Point): [number, number] => [Math.floor(x / gap), Math.floor(y / gap)];
  // A number, not a text: made nine times for each of thousands. Cells lie well within the stride of the middle.
  const keyOf = (column: number, row: number): number => column * STRIDE + row;
  return {
    all: (): readonly T[] => kept,
    add(item: T): void {
      const key = keyOf(...cellOf(item.at));
      grid.set(key, [...grid.get(key) ?? [], item]);
      kept.push(item);
    },
    /** One that is nearer than `gap`. */
    near(at: Point): T | undefined {
      const [column, row] = cellOf(at);
      for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) {
        const found = grid.get(keyOf(column + dx, row + dy))?.find((item) => distance(item.at, at) < gap);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
