import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '@liandong/protocols';
import type { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChangeLog, type ChangeLog } from '../../src/changes/change-log.js';
import type { Db } from '../../src/database/database.js';
import { together } from '../../src/database/together.js';
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

describeOnDatabases('numbers of changes', () => {
  const alert = { id: 'a1', ruleId: 'r', area: 'elm', kind: 'waste_bin', severity: 'minor', tier: 'community', active: true, acked: false, raisedAt: 0, lastAt: 0, count: 1, message: { zh: 'x', en: 'x' }, seq: 0 } as const;
  const device: Device = { id: 'd', name: 'd', kind: 'gateway', area: 'elm', codec: 'native', reportingIntervalS: 60, status: 'online' };
  const number = (log: ChangeLog, ...counts: number[]) => db.transaction().execute(async (trx) => {
    const seqs: number[] = [];
    const recordings: CompiledQuery[] = [];
    for (const count of counts) {
      const { numbered, recording } = await log.numberAlerts(trx, Array.from({ length: count }, () => ({ alert })));
      seqs.push(...numbered.map(({ seq }) => seq));
      recordings.push(...recording);
    }
    await together(trx, recordings);
    return seqs;
  });
  const stored = async (): Promise<number[]> => (await db.selectFrom('change').select('seq').orderBy('seq').execute()).map(({ seq }) => seq);
  const told = (seqs: readonly number[]) => seqs.map((seq) => ({ seq, area: 'elm', kind: 'alert' as const, alert: { ...alert, seq } }));

  it('follow each other, in one transaction and over several, whoever records', async () => {
    const first = await number(changes, 2, 3);
    changes.publish(told(first));
    const other = await db.transaction().execute((trx) => changes.recordDevice(trx, device));
    const untold = await number(changes, 1); // nobody has been told of the device yet
    changes.publish([other, ...told(untold)]);
    const all = [...first, other.seq, ...untold, ...await number(createChangeLog({ db, clock: { now: () => 0 } }), 2)];
    expect(all).toEqual(Array.from({ length: 9 }, (_, index) => (first[0] ?? 0) + index));
    expect(await stored()).toEqual(all);
  });

  it('are given again, or never, after a transaction that was taken back', async () => {
    const before = await number(changes, 1);
    changes.publish(told(before));
    await db.transaction().execute(async (trx) => {
      const { recording } = await changes.numberAlerts(trx, [{ alert }, { alert }]);
      await together(trx, recording);
      throw new Error('changed its mind');
    }).catch(() => undefined);
    const after = [...await number(changes, 2), ...await number(changes, 1)];
    expect(await stored()).toEqual([...before, ...after]);
    expect(after).toEqual([...after].sort((a, b) => a - b));
    expect((await changes.after(before[0] ?? 0, 10))?.map(({ seq }) => seq)).toEqual(after);
  });
});
