import { expect, it, vi } from 'vitest';
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
