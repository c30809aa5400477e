import { distance, type Point } from './geometry.js';

/** Things on the map that can be asked for by place: quick for thousands, by a grid whose cells are `gap` wide (px). */
export function createNear<T extends { readonly at: Point }>(gap: number) {
  const grid = new Map<string, T[]>();
  const kept: T[] = [];
  const cellOf = ([x, y]: Point): [number, number] => [Math.floor(x / gap), Math.floor(y / gap)];
  return {
    all: (): readonly T[] => kept,
    add(item: T): void {
      const key = cellOf(item.at).join(':');
      grid.set(key, [...grid.get(key) ?? [], item]);
      kept.push(item);
    },
    /** One that is nearer than `gap`. */
    near(at: Point): T | undefined {
      const [column, row] = cellOf(at);
      for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) {
        const found = grid.get(`${column + dx}:${row + dy}`)?.find((item) => distance(item.at, at) < gap);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
