import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Rounds } from '../src/rounds.js';

/** Work that ends when it is told to. */
function slowWork(): { work: () => Promise<void>; begun: () => number; end: () => Promise<void> } {
  const ends: (() => void)[] = [];
  let begun = 0;
  return {
    work: () => {
      begun += 1;
      return new Promise((resolve) => { ends.push(resolve); });
    },
    begun: () => begun,
    async end() {
      ends.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('rounds', () => {
  it('come at their pace, first after one interval, however often they are started', async () => {
    const work = vi.fn(async () => undefined);
    const rounds = new Rounds(1_000, work);
    await rounds.start();
    await rounds.start();
    await vi.advanceTimersByTimeAsync(999);
    expect(work).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_001);
    expect(work).toHaveBeenCalledTimes(3);
    await rounds.stop();
    await rounds.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('are never two at a time, and none piles up behind one that is slow', async () => {
    const { work, begun, end } = slowWork();
    const rounds = new Rounds(1_000, work);
    await rounds.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun()).toBe(1);
    await end();
    expect(begun()).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun()).toBe(2);
    await end();
    await rounds.stop();
  });

  it('that are asked for while one is under way are one more, which begins after it', async () => {
    const { work, begun, end } = slowWork();
    const rounds = new Rounds(1_000, work);
    const first = rounds.now();
    await vi.advanceTimersByTimeAsync(0);
    const asked = [rounds.now(), rounds.now(), rounds.now()];
    expect(begun()).toBe(1);
    await end();
    await first;
    expect(begun()).toBe(2);
    await end();
    await Promise.all(asked);
    await rounds.idle();
    expect(begun()).toBe(2);
  });

  it('have stopped when the one under way is over', async () => {
    const { work, end } = slowWork();
    const rounds = new Rounds(1_000, work);
    await rounds.start();
    await vi.advanceTimersByTimeAsync(1_000);
    const stopped = vi.fn();
    const stopping = rounds.stop().then(stopped);
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).not.toHaveBeenCalled();
    await end();
    await stopping;
    expect(stopped).toHaveBeenCalledOnce();
  });
});
