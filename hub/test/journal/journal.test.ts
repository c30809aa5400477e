import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '@liandong/protocols';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import type { JournalBatch, JournalHandler } from '../../src/journal/types.js';
import { StartError } from '../../src/problem.js';

const logger = pino({ level: 'silent' });
const record = (n: number): JournalRecord => ({ type: 'telemetry', device: 'bin-1', ts: n, at: n, values: { fill_level: n % 100 } });

/** Keeps what it read; fails as often as told. */
class Collector implements JournalHandler {
  readonly seen: number[] = [];
  readonly batches: JournalBatch[] = [];
  failures = 0;
  constructor(readonly name = 'collector', readonly maxRecords = 500) {}
  async handle(batch: JournalBatch): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('store is down');
    }
    this.batches.push(batch);
    for (const item of batch.records) this.seen.push((item as { ts: number }).ts);
  }
}

let path: string;
let open: Journal[];
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'liandong-journal-')), 'journal');
  open = [];
});
afterEach(async () => {
  for (const journal of open) await journal.stop();
  await rm(join(path, '..'), { recursive: true });
});

async function start(handlers: JournalHandler[], maxBytes = 1 << 30): Promise<Journal> {
  const journal = new Journal({ path, handlers, maxBytes, logger });
  open.push(journal);
  await journal.start();
  return journal;
}

const append = (journal: Journal, n: number): Promise<void> => new Promise((resolve) => journal.append([record(n)], resolve));

describe('Journal', () => {
  it('acknowledges after the commit and gives every reader every record once, in order', async () => {
    const [one, two] = [new Collector('one', 7), new Collector('two', 5000)];
    const journal = await start([one, two]);
    await Promise.all(Array.from({ length: 1000 }, (_, n) => append(journal, n + 1)));
    await vi.waitFor(() => expect(two.seen).toHaveLength(1000));
    await vi.waitFor(() => expect(one.seen).toHaveLength(1000));
    expect(one.seen).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
    expect(one.batches.every((batch) => batch.records.length <= 7 && batch.last - batch.first + 1 === batch.records.length)).toBe(true);
  });

  it('commits a burst in few groups', async () => {
    const reader = new Collector('all', 100_000);
    const journal = await start([reader]);
    await Promise.all(Array.from({ length: 5000 }, (_, n) => append(journal, n)));
    expect(reader.batches.length).toBeLessThan(10);
  });

  it('goes on where the reader stood after a restart, from disk', async () => {
    const first = new Collector();
    const journal = await start([first]);
    for (let n = 1; n <= 20; n += 1) await append(journal, n);
    await vi.waitFor(() => expect(first.seen).toHaveLength(20));
    await journal.stop();

    const idle = await start([]);
    for (let n = 21; n <= 40; n += 1) await append(idle, n);
    await idle.stop();

    const second = new Collector();
    await start([second]);
    await vi.waitFor(() => expect(second.seen).toHaveLength(20));
    expect(second.seen).toEqual(Array.from({ length: 20 }, (_, n) => n + 21));
  });

  it('gives a failing reader the same records again while the others go on', async () => {
    const failing = new Collector('store');
    const well = new Collector('rules');
    const journal = await start([failing, well]);
    failing.failures = 2;
    await append(journal, 1);
    await vi.waitFor(() => expect(well.seen).toEqual([1]));
    expect(failing.seen).toEqual([]);
    await vi.waitFor(() => expect(journal.readers().find((reader) => reader.name === 'store')?.failure).toBe('store is down'));
    await append(journal, 2);
    await vi.waitFor(() => expect(failing.seen).toEqual([1, 2]), 5000);
    expect(journal.readers().every((reader) => reader.failure === undefined && reader.lag === 0)).toBe(true);
  });

  it('lets a reader linger after a small batch, not after a full one, and not at a stop', async () => {
    const lingering = Object.assign(new Collector('store', 10), { lingerMs: 60_000 });
    const journal = await start([lingering]);
    await Promise.all(Array.from({ length: 24 }, (_, n) => append(journal, n)));
    await vi.waitFor(() => expect(lingering.seen.length).toBeGreaterThanOrEqual(24));
    expect(lingering.batches.map((batch) => batch.records.length)).toEqual([10, 10, 4]);
    await append(journal, 26);
    const stoppedAt = Date.now();
    await journal.stop();
    expect(Date.now() - stoppedAt).toBeLessThan(2000);
    expect(lingering.seen).toHaveLength(24);
  });

  it('never starts its sequence below what a reader already has', async () => {
    const ahead = new Collector('store');
    const reader: JournalHandler = { name: 'store', maxRecords: 10, position: async () => 500, handle: (batch) => ahead.handle(batch) };
    const journal = await start([reader]);
    await append(journal, 1);
    await vi.waitFor(() => expect(ahead.batches[0]?.first).toBe(501));
  });

  it('refuses a folder that another process holds, and says which setting to change', async () => {
    await start([]);
    const second = new Journal({ path, handlers: [], maxBytes: 1 << 30, logger });
    await expect(second.start()).rejects.toThrow(StartError);
    await expect(second.start()).rejects.toThrow(/Another Liandong process .*DATA_DIR/);
  });

  it('calls itself full when readers leave too much on disk, and drains when they catch up', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const journal = await start([], 1);
      for (let n = 0; n < 2000; n += 1) journal.append([record(n)], () => {});
      await append(journal, 1);
      await journal.stop();
      const full = await start([], 1); // reopening writes the log out to tables, which is what the size is taken from
      await vi.advanceTimersByTimeAsync(2100);
      await vi.waitFor(() => expect(full.diskBytes).toBeGreaterThan(1));
      expect(full.isFull).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
