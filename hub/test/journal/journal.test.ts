import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { JournalRecord } from '@liandong/protocols';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import type { JournalBatch, JournalHandler } from '../../src/journal/types.js';
import { StartError } from '../../src/problem.js';
import { describeWithServer } from '../support/require-server.js';

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

const DAY_MS = 86_400_000;
/** Records here are made in the first seconds of 1970. */
const clock = { at: 0, now() { return this.at; } };
beforeEach(() => { clock.at = 0; });

async function start(handlers: JournalHandler[], maxBytes = 1 << 30): Promise<Journal> {
  const journal = new Journal({ path, handlers, maxBytes, maxAgeMs: DAY_MS, clock, logger });
  open.push(journal);
  await journal.start();
  return journal;
}

const append = (journal: Journal, n: number): Promise<void> => new Promise((resolve) => journal.append({ records: [record(n)], bytes: 100 }, resolve));

/** What a hold would copy. */
async function positionOnDisk(journal: Journal): Promise<number> {
  const copy = join(await mkdtemp(join(path, '..', 'look-')), 'copy');
  const hold = await journal.hold();
  await hold.copyTo(copy);
  hold.release();
  const look = new Journal({ path: copy, handlers: [new Collector('rules')], maxBytes: 1 << 30, maxAgeMs: DAY_MS, clock, logger });
  await look.start(); // resolves before its readers read
  const position = look.readers()[0]?.position ?? -1;
  await look.stop();
  return position;
}

describe('Journal', () => {
  it('lets a reader that follows another have a record only when that one is done with it', async () => {
    const [leader, follower] = [new Collector('store'), Object.assign(new Collector('rollups'), { follows: 'store' })];
    leader.failures = 1;
    const journal = await start([follower, leader]);
    await Promise.all([1, 2, 3].map((n) => append(journal, n)));
    await expect.poll(() => journal.readers().find(({ name }) => name === 'store')?.failure).toBe('store is down');
    expect(follower.seen).toEqual([]);
    await expect.poll(() => follower.seen).toEqual([1, 2, 3]);
    expect(leader.seen).toEqual([1, 2, 3]);
    await append(journal, 4);
    await expect.poll(() => follower.seen).toEqual([1, 2, 3, 4]);
  });

  it('acknowledges after the commit and gives every reader every record once, in order', async () => {
    const [one, two] = [new Collector('one', 7), new Collector('two', 5000)];
    const journal = await start([one, two]);
    await Promise.all(Array.from({ length: 1000 }, (_, n) => append(journal, n + 1)));
    await expect.poll(() => two.seen).toHaveLength(1000);
    await expect.poll(() => one.seen).toHaveLength(1000);
    expect(one.seen).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
    expect(one.batches.every((batch) => batch.records.length <= 7 && batch.last - batch.first + 1 === batch.records.length)).toBe(true);
  });

  describe('with a reader that reads ahead', () => {
    const ahead = (): Collector & JournalHandler => Object.assign(new Collector('ahead'), { readsAhead: true });
    afterEach(() => { vi.restoreAllMocks(); });

    /** From now on the disk takes the next group only when it is let go on, or refuses it. */
    function holdNextWrite(): (error?: Error) => void {
      const write = ClassicLevel.prototype.batch as (...args: unknown[]) => Promise<void>;
      let goOn: (error?: Error) => void = () => undefined;
      const held = new Promise<void>((resolve, reject) => { goOn = (error) => { if (error === undefined) resolve(); else reject(error); }; });
      vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementationOnce((async function (this: unknown, ...args: unknown[]) {
        await held;
        return write.apply(this, args);
      }) as never);
      return goOn;
    }
    const firsts = ({ batches }: Collector): number[] => batches.map(({ first }) => first);

    it('gives it a record that is on its way to the disk, once, and nobody else before it is there', async () => {
      const [first, other] = [ahead(), new Collector('other')];
      const journal = await start([first, other]);
      await append(journal, 1);
      await expect.poll(() => [first.seen, other.seen]).toEqual([[1], [1]]);
      const goOn = holdNextWrite();
      let isDone = false;
      const appended = append(journal, 2).then(() => { isDone = true; });
      await expect.poll(() => first.seen).toEqual([1, 2]);
      expect([isDone, other.seen, journal.last, await journal.read(2, 10)]).toEqual([false, [1], 1, undefined]);
      expect(journal.readers().map(({ lag }) => lag)).toEqual([0, 0]);
      goOn();
      await appended;
      await expect.poll(() => other.seen).toEqual([1, 2]);
      await append(journal, 3);
      await expect.poll(() => [first.seen, other.seen]).toEqual([[1, 2, 3], [1, 2, 3]]);
      expect(firsts(first)).toEqual([1, 2, 3]);
    });

    it('gives a record the same sequence when its write is tried again', async () => {
      const [first, other] = [ahead(), new Collector('other')];
      const journal = await start([first, other]);
      const goOn = holdNextWrite();
      const appended = append(journal, 1);
      await expect.poll(() => first.seen).toEqual([1]);
      goOn(new Error('no space left'));
      await appended; // tried again, and taken
      await append(journal, 2);
      await expect.poll(() => other.seen).toEqual([1, 2]);
      await expect.poll(() => first.seen).toEqual([1, 2]);
      expect([firsts(first), firsts(other)]).toEqual([[1, 2], [1, 2]]);
    });

    it('writes nothing after a group that could not be written before the stop: it would take the sequences the reader has seen', async () => {
      const [first, acked] = [ahead(), [] as number[]];
      const journal = await start([first]);
      const goOn = holdNextWrite();
      journal.append({ records: [record(1), record(2)], bytes: 100 }, () => acked.push(1));
      await expect.poll(() => first.seen).toEqual([1, 2]);
      journal.append({ records: [record(3)], bytes: 100 }, () => acked.push(3));
      const stopped = journal.stop();
      goOn(new Error('no space left'));
      await stopped;
      expect([acked, first.seen]).toEqual([[], [1, 2]]);
      const other = new Collector('other');
      await start([other]);
      expect(other.seen).toEqual([]);
    });

    it('does not use a sequence again of which the reader says that it has dealt with it, when the power went before the disk had it', async () => {
      let dealtWith = 0;
      const keeping = (): Collector => Object.assign(ahead(), { position: async () => dealtWith });
      const first = keeping();
      const journal = await start([first]);
      const goOn = holdNextWrite();
      void append(journal, 1); // never acknowledged
      await expect.poll(() => first.seen).toEqual([1]);
      dealtWith = 1;
      const stopped = journal.stop();
      goOn(new Error('the power went'));
      await stopped;
      vi.restoreAllMocks();
      const [again, other] = [keeping(), new Collector('other')];
      const next = await start([again, other]);
      await append(next, 1);
      await expect.poll(() => [again.seen, other.seen]).toEqual([[1], [1]]);
      expect([firsts(again), firsts(other)]).toEqual([[2], [2]]);
    });
  });

  it('commits a burst in few groups', async () => {
    const reader = new Collector('all', 100_000);
    const journal = await start([reader]);
    await Promise.all(Array.from({ length: 5000 }, (_, n) => append(journal, n)));
    expect(reader.batches.length).toBeLessThan(10);
  });

  it('keeps a group of very many records in values a reader can take in one by one, whatever a message carried', async () => {
    const journal = await start([]);
    const many = (from: number): JournalRecord[] => Array.from({ length: 2_500 }, (_, index) => record(from + index));
    await Promise.all([1, 2_501].map((from) => new Promise<void>((resolve) => journal.append({ records: many(from), bytes: 100 }, resolve))));
    await journal.stop();
    const db = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    const lengths = (await db.iterator({ gte: 'b', lt: 'c' }).all()).map(([, value]) => (JSON.parse(value.toString()) as unknown[]).length);
    await db.close();
    expect([Math.max(...lengths), lengths.reduce((sum, length) => sum + length, 0)]).toEqual([1_000, 5_000]);
    const reader = new Collector();
    await start([reader]);
    await expect.poll(() => reader.seen).toHaveLength(5_000);
    expect(reader.seen).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  });

  it('goes on where the reader stood after a restart, from disk', async () => {
    const first = new Collector();
    const journal = await start([first]);
    for (let n = 1; n <= 20; n += 1) await append(journal, n);
    await expect.poll(() => first.seen).toHaveLength(20);
    await journal.stop();

    const idle = await start([]);
    for (let n = 21; n <= 40; n += 1) await append(idle, n);
    await idle.stop();

    const second = new Collector();
    await start([second]);
    await expect.poll(() => second.seen).toHaveLength(20);
    expect(second.seen).toEqual(Array.from({ length: 20 }, (_, n) => n + 21));
  });

  it('is copied as a whole while it is held: what readers read since the hold they read again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const reader = new Collector('rules');
      const journal = await start([reader]);
      for (let n = 1; n <= 10; n += 1) await append(journal, n);
      await expect.poll(() => reader.seen).toHaveLength(10);
      // The reader's position is on disk only some time after it read.
      await expect.poll(() => positionOnDisk(journal)).toBe(10);
      const hold = await journal.hold();
      for (let n = 11; n <= 20; n += 1) await append(journal, n);
      await expect.poll(() => reader.seen).toHaveLength(20);
      clock.at = 10 * DAY_MS; // all of it but the newest is too old now
      await vi.advanceTimersByTimeAsync(10 * 60_000);
      const copy = join(path, '..', 'copy');
      await hold.copyTo(copy);
      hold.release();
      hold.release();
      await journal.stop();

      const again = new Collector('rules');
      const restored = new Journal({ path: copy, handlers: [again], maxBytes: 1 << 30, maxAgeMs: DAY_MS, clock: { now: () => 0 }, logger });
      open.push(restored);
      await restored.start();
      await expect.poll(() => again.seen).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
      expect(restored.last).toBe(20);
      const kept: number[] = [];
      for await (const { at } of restored.recent(100)) kept.push(at);
      expect(kept).toHaveLength(20);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives a failing reader the same records again while the others go on', async () => {
    const failing = new Collector('store');
    const well = new Collector('rules');
    const journal = await start([failing, well]);
    failing.failures = 2;
    await append(journal, 1);
    await expect.poll(() => well.seen).toEqual([1]);
    expect(failing.seen).toEqual([]);
    await expect.poll(() => journal.readers().find((reader) => reader.name === 'store')?.failure).toBe('store is down');
    await append(journal, 2);
    await expect.poll(() => failing.seen).toEqual([1, 2]);
    // The position is saved after the records were handled.
    await expect.poll(() => journal.readers().every((reader) => reader.failure === undefined && reader.lag === 0)).toBe(true);
  });

  it('lets a reader linger after a small batch, not after a full one, and not at a stop', async () => {
    const lingering = Object.assign(new Collector('store', 10), { lingerMs: 60_000 });
    const journal = await start([lingering]);
    await Promise.all(Array.from({ length: 24 }, (_, n) => append(journal, n)));
    await expect.poll(() => lingering.seen.length).toBeGreaterThanOrEqual(24);
    expect(lingering.batches.map((batch) => batch.records.length)).toEqual([10, 10, 4]);
    await append(journal, 26);
    await journal.stop(); // in the minute that it lingers the test would be over
    expect(lingering.seen).toHaveLength(24);
  });

  it('never starts its sequence below what a reader already has', async () => {
    const ahead = new Collector('store');
    const reader: JournalHandler = { name: 'store', maxRecords: 10, position: async () => 500, handle: (batch) => ahead.handle(batch) };
    const journal = await start([reader]);
    await append(journal, 1);
    await expect.poll(() => ahead.batches[0]?.first).toBe(501);
  });

  it('refuses a folder that another process holds, and says which setting to change', async () => {
    await start([]);
    const second = new Journal({ path, handlers: [], maxBytes: 1 << 30, maxAgeMs: DAY_MS, clock, logger });
    await expect(second.start()).rejects.toThrow(StartError);
    await expect(second.start()).rejects.toThrow(/Another Liandong process .*DATA_DIR/);
  });

  it('calls itself full when readers leave too much on disk, and drains when they have caught up', async () => {
    const reader = new Collector('store', 5000);
    reader.failures = Infinity;
    const journal = await start([reader], 2 << 20);
    let drains = 0;
    journal.onDrain(() => { drains += 1; });
    const big = { records: Array.from({ length: 500 }, (_, n) => ({ ...record(n), id: randomBytes(100).toString('hex') })), bytes: 100_000 };
    for (let n = 0; n < 400 && !journal.isFull; n += 1) await new Promise<void>((resolve) => journal.append(big, resolve));
    await expect.poll(() => journal.isFull).toBe(true);
    reader.failures = 0;
    await expect.poll(() => journal.isFull, { timeout: 40_000, interval: 100 }).toBe(false);
    expect(drains).toBe(1);
    expect(journal.diskBytes).toBeLessThan(2 << 20);
  }, 60_000);

  it('is full while too many bytes wait for the disk', async () => {
    const journal = await start([]);
    for (let n = 0; n < 3000; n += 1) journal.append({ records: [record(n)], bytes: 64 * 1024 }, () => undefined);
    expect(journal.isFull).toBe(true);
    await append(journal, 1);
    await expect.poll(() => journal.isFull).toBe(false);
  });

  const held = async (journal: Journal): Promise<number[]> => {
    const times: number[] = [];
    for await (const one of journal.recent(50_000)) times.push(one.at);
    return times;
  };

  it('keeps what has been read no longer than its age allows, however little came, and starts no sequence anew', async () => {
    const reader = new Collector();
    const journal = await start([reader]);
    for (const at of [1, 2]) await append(journal, at);
    await append(journal, DAY_MS);
    await expect.poll(() => journal.readers()[0]?.lag).toBe(0);
    expect(await held(journal)).toEqual([1, 2, DAY_MS]);
    clock.at = DAY_MS + 3;
    await expect.poll(() => held(journal)).toEqual([DAY_MS]);
    await journal.stop();
    clock.at = 10 * DAY_MS;
    const next = await start([reader]);
    expect([next.last, await held(next)]).toEqual([3, [DAY_MS]]);
    await append(next, clock.at);
    await expect.poll(() => reader.seen).toEqual([1, 2, DAY_MS, clock.at]);
  });

  it('keeps what a reader has not read, however old', async () => {
    const behind = new Collector('store');
    behind.failures = Infinity;
    const journal = await start([behind, new Collector('rules')]);
    for (const at of [1, 2, 3]) await append(journal, at);
    await journal.stop();
    clock.at = 30 * DAY_MS;
    const reader = new Collector('store');
    const next = await start([reader, new Collector('rules')]);
    await expect.poll(() => reader.seen).toEqual([1, 2, 3]);
    expect(await held(next)).toEqual([1, 2, 3]);
    clock.at += DAY_MS;
    await expect.poll(() => held(next)).toEqual([3]);
  });

  it('acknowledges in the order of the appends, empty messages too', async () => {
    const journal = await start([]);
    const order: number[] = [];
    await Promise.all([0, 1, 2].map((n) => new Promise<void>((resolve) => journal.append({ records: n === 1 ? [] : [record(n)], bytes: 1 }, () => { order.push(n); resolve(); }))));
    expect(order).toEqual([0, 1, 2]);
  });
});

/** A disk of 24 MiB that can be filled to the brim: needs root and Linux. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
describeWithServer('Journal on a disk that runs full', canMount, 'run as root on Linux, to mount a small tmpfs', () => {
  it('acknowledges nothing meanwhile, and goes on by itself with nothing lost when there is room again', async () => {
    await mkdir(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]);
    try {
      const reader = new Collector('all', 5000);
      const journal = await start([reader]);
      await append(journal, 1);
      const filler = join(path, 'filler');
      await expect(writeFile(filler, Buffer.alloc(64 << 20))).rejects.toThrow(/ENOSPC/);
      const acknowledged: number[] = [];
      const waiting = Array.from({ length: 50 }, (_, n) => append(journal, n + 2).then(() => acknowledged.push(n + 2)));
      await expect.poll(() => journal.writeFailure).toBeDefined();
      expect(acknowledged).toEqual([]);
      await rm(filler);
      await Promise.all(waiting);
      expect(journal.writeFailure).toBeUndefined();
      await expect.poll(() => reader.seen).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
      await journal.stop();
    } finally {
      execFileSync('umount', ['-l', path]);
    }
  }, 60_000);
});
