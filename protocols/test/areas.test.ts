import { describe, expect, it } from 'vitest';
import { topDown, type AreaLevel } from '../src/areas.js';

const area = (id: string, level: AreaLevel = 'community') => ({ id, level });

describe('the order of areas', () => {
  it('is top down and by id, numbers by their value, whatever order they came in', () => {
    const areas = [area('b10'), area('a', 'grid'), area('b01'), area('z', 'city'), area('b1'), area('b2')];
    for (const given of [areas, [...areas].reverse()]) expect([...given].sort(topDown).map(({ id }) => id)).toEqual(['z', 'b01', 'b1', 'b2', 'b10', 'a']);
  });
});
