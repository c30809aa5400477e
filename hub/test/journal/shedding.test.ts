import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { describeWithServer } from '../support/require-server.js';

const MAX_BYTES = 1 << 20;

let path: string;
let warnings: string[];
let journal: Journal;
const tenant = { name: 'uplink', position: 0, wake: () => undefined };

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'liandong-shed-')), 'journal');
  warnings = [];
  tenant.position = 0;
  journal = await open();
});
afterEach(async () => {
  await journal.stop();
  await rm(join(path, '..'), { recursive: true });
});

async function open(maxBytes = MAX_BYTES): Promise<Journal> {
  const logger = { debug: () => undefined, info: () => undefined, error: () => undefined, warn: (_fields: object, message: string) => { warnings.push(message); } };
  const opened = new Journal({
    path, handlers: [], tenants: [tenant], maxBytes, maxAgeMs: 1e12, whenFull: 'shed', memory: { tailRecords: 10, tailBytes: 1 << 16, writeBufferBytes: 1 << 16 }, clock: { now: () => 0 }, logger: logger as never,
  });
  await opened.start();
  return opened;
}

/** Random, so that it takes the room it looks like. */
const telemetry = (n: number): JournalRecord => ({ type: 'telemetry', device: randomBytes(60).toString('base64url'), ts: n, at: n, values: { fill_level: 1 } });
const event = (n: number): JournalRecord => ({ type: 'event', device: 'gate-1', id: `e${n}`, ts: n, at: n, event: 'granted', data: { pad: randomBytes(60).toString('base64url') } });
const append = (records: JournalRecord[]): Promise<void> => new Promise((resolve) => journal.append({ records, bytes: 100 }, resolve));

async function fill(total: number, recordOf: (n: number) => JournalRecord): Promise<void> {
  for (let n = 0; n < total; n += 500) await append(Array.from({ length: 500 }, (_, i) => recordOf(n + i)));
}

async function left(): Promise<{ seq: number; type: string }[]> {
  const found: { seq: number; type: string }[] = [];
  for (let from = 1; ;) {
    const batch = await journal.read(from, 1000);
    if (batch === undefined) return found;
    for (const [index, record] of (batch.records as (JournalRecord | 0)[]).entries()) if (record !== 0) found.push({ seq: batch.first + index, type: record.type });
    from = batch.last + 1;
  }
}
/** Room was made: how much is used is known anew when a round is over. */
const settled = (kind: 'telemetry' | 'events' = 'telemetry') => vi.waitFor(() => {
  expect(journal.shed[kind]).toBeGreaterThan(0);
  expect(journal.diskBytes).toBeLessThanOrEqual(MAX_BYTES);
}, { timeout: 8000 });

describe('a journal that reached its limit with the hub away', () => {
  it('gives up the oldest telemetry, keeps every event, takes more, says so once, and keeps all sequences', async () => {
    await fill(20_000, (n) => n % 100 === 0 ? event(n) : telemetry(n));
    await settled();
    const kept = await left();
    expect(kept.filter(({ type }) => type === 'event')).toHaveLength(200);
    const readings = kept.filter(({ type }) => type === 'telemetry');
    expect(journal.shed).toEqual({ telemetry: 20_000 - 200 - readings.length, events: 0 });
    expect(readings.map(({ seq }) => seq)).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1).filter((seq) => (seq - 1) % 100 !== 0).slice(-readings.length));
    expect(journal.isFull).toBe(false);
    await append([event(20_000)]);
    expect((await left()).at(-1)).toEqual({ seq: 20_001, type: 'event' });
    expect(warnings.filter((message) => message.includes('JOURNAL_MAX_MB'))).toHaveLength(1);
  }, 20_000);

  it('gives up events, the oldest first, only when there is no telemetry left', async () => {
    await fill(2_000, telemetry);
    await fill(20_000, event);
    await settled('events');
    const kept = await left();
    expect(kept.filter(({ type }) => type === 'telemetry')).toEqual([]);
    expect(kept.at(-1)?.seq).toBe(22_000);
    expect(kept[0]?.seq).toBe(22_000 - kept.length + 1);
  }, 20_000);

  it('goes on after a restart with the same sequences and what was left', async () => {
    await fill(20_000, (n) => n % 100 === 0 ? event(n) : telemetry(n));
    await settled();
    const before = await left();
    await journal.stop();
    journal = await open();
    expect(journal.last).toBe(20_000);
    expect((await left()).filter(({ type }) => type === 'event')).toHaveLength(200);
    expect(before.length).toBeGreaterThanOrEqual((await left()).length);
    const recalled: JournalRecord[] = [];
    for await (const record of journal.recent(20_000)) recalled.push(record);
    expect(recalled.every(({ type }) => type === 'event' || type === 'telemetry')).toBe(true);
  }, 20_000);
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
describeWithServer('a journal on a disk that runs full before its limit', canMount, 'run as root on Linux, to mount a small tmpfs', () => {
  it('makes itself room by the same order, and goes on taking', async () => {
    await journal.stop();
    const disk = join(path, '..', 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', disk]);
    try {
      path = join(disk, 'journal');
      journal = await open(1 << 30);
      await writeFile(join(disk, 'somebody-else'), Buffer.alloc(40 << 20));
      const wide = (n: number): JournalRecord => ({ type: 'telemetry', device: randomBytes(1100).toString('base64url'), ts: n, at: n, values: { fill_level: 1 } });
      await fill(60_000, (n) => n % 500 === 0 ? event(n) : wide(n)); // 90 MB
      expect(journal.shed.telemetry).toBeGreaterThan(10_000);
      expect(journal.shed.events).toBe(0);
      expect(journal.writeFailure).toBeUndefined();
      const kept = await left();
      expect(kept.filter(({ type }) => type === 'event')).toHaveLength(120);
      expect(kept.at(-1)).toEqual({ seq: 60_000, type: 'telemetry' });
    } finally {
      await journal.stop();
      execFileSync('umount', ['-l', disk]);
      path = join(disk, '..', 'journal');
      journal = await open();
    }
  }, 60_000);
});
