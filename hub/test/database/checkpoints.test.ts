import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints, KEPT_BYTES } from '../../src/database/libsql/checkpoints.js';
import type { Executor, Statement } from '../../src/database/libsql/statement.js';
import { startThreadExecutor } from '../../src/database/libsql/thread-executor.js';

let folder: string;
let writer: Executor;
let reader: Executor;
let checkpoints: Checkpoints;
/** Time that passes, in ms, and statements that are under way. */
let [atMs, underWay] = [0, 0];
/** Another connection makes the next checkpoint. */
let isTaken = false;
const path = (): string => join(folder, 'hub.db');
const logBytes = async (): Promise<number> => (await stat(`${path()}-wal`)).size;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-checkpoints-'));
  const onDeath = (error: Error): void => { throw error; };
  writer = await startThreadExecutor({ path: path(), use: 'writes', onDeath });
  reader = await startThreadExecutor({ path: path(), use: 'reads', onDeath });
  [atMs, underWay, isTaken] = [0, 0, false];
  checkpoints = new Checkpoints({ reader: watched(reader), writer: watched(writer), stopwatch: () => atMs });
  await writer.execute({ sql: 'create table thing (id integer primary key, words blob)', parameters: [] });
});
afterEach(async () => {
  await reader.close();
  await writer.close();
  await rm(folder, { recursive: true, force: true });
});

function watched(executor: Executor): Executor {
  return {
    async execute(statement: Statement) {
      underWay += 1;
      try {
        const result = await executor.execute(statement);
        if (!isTaken) return result;
        isTaken = false;
        return { rows: [{ busy: 1, log: -1, checkpointed: -1 }] };
      } finally {
        underWay -= 1;
      }
    },
    close: () => executor.close(),
  };
}

/** A write, the time until the next, and the checkpoint if one is due. */
async function write(bytes: number, passesMs: number): Promise<void> {
  await writer.execute({ sql: 'insert into thing (words) values (?)', parameters: [Buffer.alloc(bytes)] });
  atMs += passesMs;
  checkpoints.onWrite();
  await expect.poll(() => underWay, { interval: 1 }).toBe(0);
}

/** Longer than the log is kept in quiet hours, and begun anew many times: its length after each write. */
async function storm(): Promise<number[]> {
  const sizes: number[] = [];
  for (let megabytes = 0; megabytes < 72; megabytes += 1) {
    await write(2 ** 20, 250);
    sizes.push(await logBytes());
  }
  return sizes;
}

describe('the log of a database', () => {
  it('is not cut while a storm fills it again and again, and gives the disk back when it is over: of every storm', async () => {
    for (let storms = 0; storms < 2; storms += 1) {
      const sizes = await storm();
      expect(Math.max(...sizes)).toBeGreaterThan(KEPT_BYTES.quiet);
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      for (let writes = 0; writes < 3; writes += 1) await write(100, 5_000);
      expect(await logBytes()).toBeLessThanOrEqual(KEPT_BYTES.quiet);
    }
  });

  it('is not cut when another connection moves it on meanwhile, which says nothing of how much was written', async () => {
    const sizes = await storm();
    isTaken = true;
    const more = await storm();
    expect(isTaken).toBe(false);
    expect([...sizes, ...more]).toEqual([...sizes, ...more].sort((a, b) => a - b));
  });
});
