import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReaderLoop } from '../../src/journal/reader-loop.js';
import type { JournalBatch } from '../../src/journal/types.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

it('reads a record that comes just after a look that found none, though nothing comes after it', async () => {
  const batch: JournalBatch = { first: 1, last: 1, records: [{ type: 'status', device: 'a', at: 1, online: true }] };
  const handle = vi.fn(async () => undefined);
  const newer = (): readonly JournalBatch[] => [];
  let looks = 0;
  const loop: ReaderLoop = new ReaderLoop({
    handler: { name: 'test', maxRecords: 10, handle }, logger: silent, newer,
    async read() {
      looks += 1;
      if (looks === 2) return batch;
      if (looks === 1) queueMicrotask(() => loop.wake()); // committed before the reader is asleep
      return undefined;
    },
  }, 0);
  loop.start();
  await new Promise((resolve) => setImmediate(resolve));
  expect(handle).toHaveBeenCalledExactlyOnceWith(batch, newer);
  await loop.stop();
});

/** A loop over records that are put in one after the other; `holdMs` answers by how many wait, and `handleUrgent` is told how many. */
function heldLoop(holdMs: (waiting: number) => number, handleUrgent?: (waiting: number) => Promise<boolean>) {
  const records: JournalBatch['records'][number][] = [];
  const handled: number[] = [];
  const countOf = (waiting: readonly JournalBatch[]): number => (waiting.at(-1)?.last ?? 0) - loop.position;
  const loop: ReaderLoop = new ReaderLoop({
    handler: {
      name: 'held', maxRecords: 10, handle: async ({ records: { length } }) => { handled.push(length); },
      holdMs: (waiting) => holdMs(countOf(waiting)),
      ...(handleUrgent === undefined ? {} : { handleUrgent: (waiting) => handleUrgent(countOf(waiting)) }),
    },
    logger: silent,
    newer: (after) => after < records.length ? [{ first: 1, last: records.length, records }] : [],
    read: async (from) => from > records.length ? undefined : { first: from, last: records.length, records: records.slice(from - 1) },
  }, 0);
  const put = async (): Promise<void> => {
    records.push({ type: 'status', device: 'a', at: 1, online: true });
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
  };
  /** Asleep when it is started. */
  const start = async (): Promise<void> => {
    loop.start();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { loop, handled, put, start };
}

describe('a reader whose handler would have what waits gather company', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('takes together what came within that time', async () => {
    let isOver = false;
    const { loop, handled, put, start } = heldLoop(() => isOver ? 0 : 50);
    await start();
    for (let at = 0; at < 3; at += 1) {
      await put();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(handled).toEqual([]);
    isOver = true;
    await vi.advanceTimersByTimeAsync(50);
    expect(handled).toEqual([3]);
    await loop.stop();
  });

  it('asks again whenever something comes, and takes it all at once when it is urgent', async () => {
    const { loop, handled, put, start } = heldLoop((waiting) => waiting < 3 ? 3_600_000 : 0);
    await start();
    await put();
    await put();
    expect(handled).toEqual([]);
    await put();
    expect(handled).toEqual([3]);
    await loop.stop();
  });

  it('deals with what is urgent meanwhile, and goes on holding the rest', async () => {
    let isOver = false;
    const urgent: number[] = [];
    const { loop, handled, put, start } = heldLoop(() => isOver ? 0 : 50, async (waiting) => {
      urgent.push(waiting);
      return waiting === 2 && urgent.filter((count) => count === 2).length === 1; // the second one is
    });
    await start();
    for (let at = 0; at < 3; at += 1) await put();
    expect(urgent).toEqual([1, 2, 2, 3]);
    expect(handled).toEqual([]);
    isOver = true;
    await vi.advanceTimersByTimeAsync(50);
    expect(handled).toEqual([3]);
    await loop.stop();
  });

  it('sees what comes while it deals with something, before it sleeps', async () => {
    const asked: number[] = [];
    let goOn = (): void => undefined;
    const { loop, put, start } = heldLoop(() => 3_600_000, (waiting) => {
      asked.push(waiting);
      return new Promise((resolve) => { goOn = () => { resolve(false); }; });
    });
    await start();
    await put();
    await put();
    expect(asked).toEqual([1]);
    goOn();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([1, 2]);
    goOn();
    await loop.stop();
  });

  it('tries again when it fails at what is urgent', async () => {
    let fails = true;
    const { loop, handled, put, start } = heldLoop((waiting) => fails || waiting === 0 ? 50 : 0, () => fails ? Promise.reject(new Error('gone')) : Promise.resolve(false));
    await start();
    await put();
    expect(loop.failure).toBe('gone');
    fails = false;
    await vi.advanceTimersByTimeAsync(250);
    expect([handled, loop.failure]).toEqual([[1], undefined]);
    await loop.stop();
  });

  it('stops at once', async () => {
    const { loop, handled, put, start } = heldLoop(() => 3_600_000);
    await start();
    await put();
    await loop.stop();
    expect([handled, vi.getTimerCount()]).toEqual([[], 0]);
  });
});
