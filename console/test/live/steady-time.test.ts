import { describe, expect, it } from 'vitest';
import { createSteadyTime } from '../../src/live/steady-time.js';

const HOUR = 3_600_000;
function computer() {
  const at = { wall: 1_000_000, monotonic: 50 };
  const now = createSteadyTime({ wall: () => at.wall, monotonic: () => at.monotonic });
  const pass = (wall: number, monotonic = wall) => { at.wall += wall; at.monotonic += monotonic; return now(); };
  return { now, pass };
}

describe('the computer\'s own time for ages', () => {
  it('is the clock\'s as long as nobody touches that', () => {
    const { now, pass } = computer();
    expect([now(), pass(5_000), pass(0.4)]).toEqual([1_000_000, 1_005_000, 1_005_000]);
  });
  it('goes on when the clock is set back', () => {
    const { pass } = computer();
    expect([pass(1_000), pass(2_000 - HOUR, 2_000), pass(3_000)]).toEqual([1_001_000, 1_003_000, 1_006_000]);
  });
  it('takes over the hours a computer slept, while the monotonic clock stood', () => {
    const { pass } = computer();
    expect([pass(2 * HOUR, 10), pass(1_000)]).toEqual([1_000_000 + 2 * HOUR, 1_001_000 + 2 * HOUR]);
  });
  it('does not gain by the two clocks being read a moment apart, however often', () => {
    const { now, pass } = computer();
    for (let look = 0; look < 10_000; look += 1) pass(look % 2 === 0 ? 3 : 1, 2);
    expect(now()).toBe(1_020_000);
  });
});
