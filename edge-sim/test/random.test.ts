import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, driftAt, streamOf, unitAt } from '../src/random.js';

describe('seeded numbers', () => {
  it('are in [0, 1) at every position, also beyond 32 bits', () => {
    fc.assert(fc.property(fc.integer(), fc.string(), fc.maxSafeInteger(), (seed, name, index) => {
      const value = unitAt(streamOf(seed, name), index);
      expect(value >= 0 && value < 1).toBe(true);
      expect(unitAt(streamOf(seed, name), index)).toBe(value);
    }));
  });

  it('spread evenly', () => {
    const random = createRandom(streamOf(1, 'spread'));
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i += 1) {
      const tenth = Math.floor(random() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('differ by seed and by name', () => {
    expect(streamOf(1, 'a')).not.toBe(streamOf(2, 'a'));
    expect(streamOf(1, 'a')).not.toBe(streamOf(1, 'b'));
  });

  it('drift without jumps, within -1 and 1', () => {
    const stream = streamOf(3, 'drift');
    for (let x = 0; x < 50; x += 0.01) {
      expect(Math.abs(driftAt(stream, x))).toBeLessThanOrEqual(1);
      expect(Math.abs(driftAt(stream, x + 0.01) - driftAt(stream, x))).toBeLessThan(0.04);
    }
  });
});
