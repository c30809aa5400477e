import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints, KEPT_BYTES } from '../../src/database/libsql/checkpoints.js';
import type { Executor } from '../../src/database/libsql/statement.js';
import { startThreadExecutor } from '../../src/database/libsql/thread-executor.js';
import { waitFor } from '../support/wait-for.js';

let folder: string;
let writer: Executor;
let reader: Executor;
let checkpoints: Checkpoints;
const path = (): string => join(folder, 'hub.db');
const logBytes = async (): Promise<number> => (await stat(`${path()}-wal`)).size;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-checkpoints-'));
  const onDeath = (error: Error): void => { throw error; };
  writer = await startThreadExecutor({ path: path(), use: 'writes', onDeath });
  reader = await startThreadExecutor({ path: path(), use: 'reads', onDeath });
  checkpoints = new Checkpoints({ reader, writer, everyMs: { storm: 20, quiet: 20 } });
  await writer.execute({ sql: 'create table thing (id integer primary key, words blob)', parameters: [] });
});
afterEach(async () => {
  await reader.close();
  await writer.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(bytes: number): Promise<void> {
  await writer.execute({ sql: 'insert into thing (words) values (?)', parameters: [Buffer.alloc(bytes)] });
  checkpoints.onWrite();
}

describe('the log of a database', () => {
  it('is not cut while a storm fills it again and again, and gives the disk back when it is over: of every storm', async () => {
    for (let storm = 0; storm < 2; storm += 1) {
      // Longer than it keeps in quiet hours, and begun anew several times.
      const sizes: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        for (let megabytes = 0; megabytes < 24; megabytes += 1) {
          await write(2 ** 20);
          sizes.push(await logBytes());
        }
        await sleep(25);
      }
      expect(Math.max(...sizes)).toBeGreaterThan(KEPT_BYTES.quiet);
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));

      await waitFor('the log is short', async () => {
        await write(100);
        return await logBytes() <= KEPT_BYTES.quiet;
      }, { intervalMs: 25 });
    }
  });
});
