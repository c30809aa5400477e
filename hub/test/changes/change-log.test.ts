import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChangeLog, type ChangeLog } from '../../src/changes/change-log.js';
import type { Db } from '../../src/database/database.js';
import { describeOnDatabases, openTestDatabase } from '../support/databases.js';
import { turnsDuring } from '../support/turns.js';

let folder: string;
let db: Db;
let changes: ChangeLog;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-changes-'));
  db = await openTestDatabase(folder);
  changes = createChangeLog({ db, clock: { now: () => 0 } });
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true, force: true });
});

describeOnDatabases('dropping what is past', () => {
  const write = async (count: number, at: number): Promise<void> => {
    const rows = Array.from({ length: count }, () => ({ at, kind: 'alert' as const, entity: 'a', area: 'elm', moved_to: null, body: '{}' }));
    for (let from = 0; from < count; from += 500) await db.insertInto('change').values(rows.slice(from, from + 500)).execute();
  };
  const seqs = async (): Promise<number[]> => (await db.selectFrom('change').select('seq').orderBy('seq').execute()).map(({ seq }) => seq);

  it('leaves the thread to others in between, however much there is', async () => {
    await write(5_000, 1);
    await write(10, 3);
    expect(await turnsDuring(() => changes.dropBefore(2))).toBeGreaterThanOrEqual(5);
    expect(await seqs()).toEqual(Array.from({ length: 10 }, (_, index) => 5_001 + index));
  });

  it('keeps the newest, and what somebody has still to read', async () => {
    await write(3, 1);
    await changes.dropBefore(2, 1);
    expect(await seqs()).toEqual([2, 3]);
    await changes.dropBefore(2);
    expect(await seqs()).toEqual([3]);
  });
});
