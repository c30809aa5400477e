import { describe, expect, it } from 'vitest';
import { paced } from '../../src/realtime/pace.js';

const GAP_MS = 20;
const stall = (ms: number): void => { for (const end = performance.now() + ms; performance.now() < end;); };

describe('a pace', () => {
  it('is never faster than its gap, also when the thread stands still or a run takes long', async () => {
    const began: number[] = [];
    const ended: number[] = [];
    const end = paced(GAP_MS, () => {
      began.push(performance.now());
      if (began.length % 3 === 0) stall(GAP_MS * 1.5);
      ended.push(performance.now());
    });
    // In the same turn of the event loop as the pace's own timer, before it: that is when an interval came early.
    const inTheWay = setInterval(() => { stall(GAP_MS * 0.8); }, GAP_MS / 2);
    await expect.poll(() => began.length).toBeGreaterThan(12);
    clearInterval(inTheWay);
    end();
    for (const [i, at] of ended.slice(0, -1).entries()) expect((began[i + 1] ?? 0) - at).toBeGreaterThanOrEqual(GAP_MS);
  });

  it('goes on after a run that took longer than the gap, and not once it is ended', async () => {
    let runs = 0;
    const end = paced(GAP_MS, () => { runs += 1; });
    await expect.poll(() => runs).toBeGreaterThan(2);
    end();
    const before = runs;
    await new Promise((resolve) => setTimeout(resolve, GAP_MS * 4));
    expect(runs).toBe(before);
  });

  it('may be ended by a run', async () => {
    let runs = 0;
    const end = paced(GAP_MS, () => {
      runs += 1;
      end();
    });
    await expect.poll(() => runs).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, GAP_MS * 4));
    expect(runs).toBe(1);
  });
});
