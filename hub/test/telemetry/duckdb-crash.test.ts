import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../../src/problem.js';
import { createDuckdbStore, spawnDuckdbWorker } from '../../src/telemetry/duckdb-store.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { startChild } from '../support/child.js';
import { waitFor } from '../support/wait-for.js';
import { createBatcher, event, reading, recordLog, T0 } from './batches.js';

const ALWAYS = { from: 0, to: T0 + 1e12 };
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe('the DuckDB store', { timeout: 60_000 }, () => {
  let folder: string;
  let path: string;
  const stores: TelemetryStore[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liandong-duckdb-'));
    path = join(folder, 'telemetry.duckdb');
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function open(options: Partial<Parameters<typeof createDuckdbStore>[0]> = {}): TelemetryStore {
    const store = createDuckdbStore({ path, log: recordLog(), restartDelayMs: 20, ...options });
    stores.push(store);
    return store;
  }

  /** A program of its own with the same store, from source; the protocols too, which may not be built yet. */
  async function writeAndKill(afterMs: number): Promise<{ started: number; acknowledged: number }> {
    const tsconfig = join(folder, 'tsconfig.json');
    await writeFile(tsconfig, JSON.stringify({ compilerOptions: { paths: { '@liandong/protocols': [source('../../../protocols/src/index.ts')] } } }));
    const child = startChild(process.execPath, ['--import', 'tsx', source('./write-until-killed.ts'), path], { env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig } });
    await waitFor('the writer writes', () => child.stdout().includes('written') || !child.isRunning(), { timeoutMs: 45_000 });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await child.end('SIGKILL');
    expect(child.stderr()).toBe('');
    const numbers = [...child.stdout().matchAll(/^(ready|written) (\d+)$/gm)].map((match) => Number(match[2]));
    return { started: numbers[0] ?? -1, acknowledged: numbers.at(-1) ?? -1 };
  }

  it('holds every row up to its position exactly once after kill -9 in the midst of writes', async () => {
    let position = 0;
    for (const afterMs of [0, 37, 150, 263, 402]) {
      const { started, acknowledged } = await writeAndKill(afterMs);
      expect(started).toBe(position);
      const store = open();
      await store.start();
      position = await store.position() ?? -1;
      expect(position).toBeGreaterThanOrEqual(acknowledged);
      expect(position).toBeGreaterThan(started);
      for (const [metric, modulus] of [['temperature', 100], ['co2', 10_000]] as const) {
        const numbers: number[] = [];
        for (let device = 0; device < 50; device += 1) {
          let cursor: string | undefined;
          do {
            const page = await store.raw({ device: `kill-${device}`, metric, ...ALWAYS }, { limit: 10_000, ...(cursor === undefined ? {} : { cursor }) });
            expect(page.data.filter(([ts, value]) => value !== (ts - T0) % modulus)).toEqual([]); // not one by one: they are hundreds of thousands
            for (const [ts] of page.data) numbers.push(ts - T0);
            cursor = page.next;
          } while (cursor !== undefined);
        }
        expect(numbers.length).toBe(position);
        expect(new Set(numbers).size).toBe(position);
      }
      await store.stop();
    }
  }, 240_000);

  it('remembers its position with its rows, and a batch at or before it changes nothing', async () => {
    const store = open();
    await store.start();
    expect(await store.position()).toBe(0);
    const batch = createBatcher();
    const first = batch([reading('a', T0, { temperature: 1 })]);
    await store.write(first);
    await store.write(batch([reading('a', T0, { temperature: 2 })]));
    await store.write(first);
    expect(await store.position()).toBe(2);
    expect((await store.raw({ device: 'a', metric: 'temperature', ...ALWAYS }, { limit: 10 })).data).toEqual([[T0, 2]]);
    await store.stop();
    const again = open();
    await again.start();
    expect(await again.position()).toBe(2);
  });

  it('keeps nothing of a batch that fails, and takes the next one', async () => {
    const store = open();
    await store.start();
    const batch = createBatcher();
    // A time no database integer holds: the events come last, after series and points.
    const bad = batch([reading('half', T0, { temperature: 1 }), event('half', 'e', 1e19)]);
    await expect(store.write(bad)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.position()).toBe(0);
    expect((await store.raw({ device: 'half', metric: 'temperature', ...ALWAYS }, { limit: 10 })).data).toEqual([]);
    await store.write({ ...bad, records: [reading('half', T0, { temperature: 7 })], last: 1 });
    expect((await store.raw({ device: 'half', metric: 'temperature', ...ALWAYS }, { limit: 10 })).data).toEqual([[T0, 7]]);
    await store.stop();
    const again = open();
    await again.start();
    expect((await again.latest(['half'])).get('half')).toEqual([{ metric: 'temperature', ts: T0, value: 7 }]);
  });

  it('rejects what was asked of a worker that dies, and answers again by itself with nothing lost or doubled', async () => {
    let worker: Worker | undefined;
    const log = recordLog();
    const store = open({ log, createWorker: () => (worker = spawnDuckdbWorker()) });
    await store.start();
    const batch = createBatcher();
    for (let round = 0; round < 3; round += 1) {
      const records = batch(Array.from({ length: 2000 }, (_, i) => reading(`w-${i % 10}`, T0 + round * 2000 + i, { temperature: i % 90 })));
      worker?.postMessage(null); // no call at all: an error nobody catches, and the end of the thread
      await expect(store.write(records)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await store.isReachable()).toBe(false);
      await waitFor('the store answers again', () => store.isReachable(), { timeoutMs: 45_000 });
      await store.write(records);
    }
    const rows = await Promise.all(Array.from({ length: 10 }, (_, i) => store.raw({ device: `w-${i}`, metric: 'temperature', ...ALWAYS }, { limit: 10_000 })));
    expect(rows.map(({ data }) => data.length)).toEqual(Array(10).fill(600));
    expect(log.lines.filter(({ message }) => message.includes('opened again'))).toHaveLength(3);
  });

  it('can be stopped while it starts', async () => {
    const store = open();
    const starting = store.start().then(() => 'started', (error: unknown) => error);
    await store.stop();
    expect(await starting).toBeInstanceOf(StartError);
    await store.start();
    expect(await store.isReachable()).toBe(true);
  });

  it('answers what was asked before it stops', async () => {
    const store = open();
    await store.start();
    const batch = createBatcher();
    const writes = Array.from({ length: 20 }, (_, i) => store.write(batch([reading('last', T0 + i, { temperature: i })])));
    await store.stop();
    await Promise.all(writes);
    await store.start();
    expect(await store.position()).toBe(20);
  });

  it('can be stopped while it waits to start its worker again', async () => {
    let worker: Worker | undefined;
    let spawned = 0;
    const store = open({ restartDelayMs: 1_000, createWorker: () => { spawned += 1; return (worker = spawnDuckdbWorker()); } });
    await store.start();
    worker?.postMessage(null);
    await waitFor('the worker is gone', async () => !await store.isReachable());
    await store.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // past the wait: nothing may come to life
    expect(spawned).toBe(1);
    expect(await store.isReachable()).toBe(false);
  });

  it('stops the start with one sentence that names DATA_DIR when the file is damaged or its folder is not there', async () => {
    await writeFile(path, 'this is no database\n'.repeat(1000));
    const damaged = open();
    await expect(damaged.start()).rejects.toThrow(StartError);
    await expect(damaged.start()).rejects.toThrow(/DATA_DIR/);
    const homeless = open({ path: join(folder, 'no', 'such', 'folder', 'x.duckdb') });
    await expect(homeless.start()).rejects.toThrow(/DATA_DIR/);
    expect(await homeless.isReachable()).toBe(false);
  });

  it('opens an empty file, which a kill at the very first start leaves', async () => {
    await writeFile(path, '');
    const store = open();
    await store.start();
    expect(await store.position()).toBe(0);
  });

  it('leaves the main thread free while it writes', async () => {
    const store = open();
    await store.start();
    const batch = createBatcher();
    const records = batch(Array.from({ length: 5000 }, (_, i) => reading(`free-${i % 50}`, T0 + i, { temperature: 1, humidity: 2, co2: 3, battery: 4 })));
    let turns = 0;
    const timer = setInterval(() => { turns += 1; }, 1);
    await store.write(records);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});
