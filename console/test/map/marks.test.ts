import { describe, expect, it } from 'vitest';
import { shareMarks } from '../../src/map/marks.js';

const WIDE = 1_000_000;
/** Places in a square grid, so far apart. */
const grid = (side: number, apart: number) => Array.from({ length: side * side }, (_, index) => ({ item: index, at: [apart * (index % side), apart * Math.floor(index / side)] as const, alerts: 1 }));

describe('marks on the map', () => {
  it('are shared by what is near, the first of them', () => {
    expect(shareMarks([{ item: 'a', at: [100, 100], alerts: 2 }, { item: 'b', at: [120, 100], alerts: 5 }, { item: 'c', at: [140, 100], alerts: 1 }], WIDE)).toEqual([{ item: 'a', at: [100, 100], more: 6 }, { item: 'c', at: [140, 100], more: 0 }]);
  });
  it('are shared by more where they would fill the map, and count all of them', () => {
    const marks = [1_200_000, 120_000].map((area) => shareMarks(grid(5, 35), area));
    expect(marks.map((all) => all.length)).toEqual([25, 9]);
    for (const all of marks) expect(all.reduce((sum, { more }) => sum + 1 + more, 0)).toBe(25);
  });
  it('are so many at most, however large the map is', () => { expect(shareMarks(grid(20, 100), 1e9)).toHaveLength(60); });
});
