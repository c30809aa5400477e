import { describe, expect, it } from 'vitest';
import type { Point } from '../../src/map/geometry.js';
import { createNear } from '../../src/map/near.js';

describe('what is near on the map', () => {
  it('is found across the lines of the grid, and only within the gap', () => {
    const near = createNear<{ at: Point }>(30);
    near.add({ at: [29, 29] });
    expect(near.near([31, 31])).toEqual({ at: [29, 29] });
    expect(near.near([29, 59.5])).toBeUndefined();
    expect(near.near([-5, 5])).toBeUndefined();
  });
  it('leaves no two kept ones nearer than the gap', () => {
    const near = createNear<{ at: Point }>(30);
    for (let index = 0; index < 500; index += 1) {
      const at: Point = [(index * 37) % 400, (index * 91) % 300];
      if (near.near(at) === undefined) near.add({ at });
    }
    const kept = near.all();
    expect(kept.length).toBeGreaterThan(20);
    for (const one of kept) for (const other of kept) if (one !== other) expect(Math.hypot(one.at[0] - other.at[0], one.at[1] - other.at[1])).toBeGreaterThanOrEqual(30);
  });
});
