import { describe, expect, it } from 'vitest';
import { NOISE_CLASSES, NOISE_LIMITS, isNoiseNight } from '../src/index.js';

describe('noise limits', () => {
  it.each([['0', 50, 40], ['1', 55, 45], ['2', 60, 50], ['3', 65, 55], ['4a', 70, 55]] as const)('of class %s are %d by day and %d by night', (name, day, night) => {
    expect(NOISE_LIMITS[name]).toEqual({ day, night });
    expect(NOISE_CLASSES).toHaveLength(5);
  });

  it.each([[5, true], [6, false], [21, false], [22, true], [0, true], [23, true]])('at %d o\'clock it is night: %s', (hour, isNight) => {
    expect(isNoiseNight(hour)).toBe(isNight);
  });
});
