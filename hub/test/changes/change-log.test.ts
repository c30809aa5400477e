import type { Alert, Seq } from '@liandong/protocols';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChangeLog, type Change, type ChangeLog } from '../../src/changes/change-log.js';
import type { Db } from '../../src/database/database.js';
import { together } from '../../src/database/together.js';
import { describeOnDatabases, openTestDatabase } from '../support/databases.js';
import { turnsDuring } from '../support/turns.js';

let folder: string;
let db: Db;
let changes: ChangeLog;
let errors: unknown[];
const openLog = (): ChangeLog => createChangeLog({ db, clock: { now: () => 0 }, onError: (error) => { errors.push(error); } });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-changes-'));
  db = await openTestDatabase(folder);
  errors = [];
  changes = openLog();
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true, force: true });
});

describeOnDatabases('the numbers of alerts', () => {
  const alert = (id: string): Alert => ({ id, ruleId: 'r', area: 'elm', kind: 'waste_bin', severity: 'minor', message: { zh: '', en: '' }, tier: 'community', active: true, acked: false, raisedAt: 0, lastAt: 0, count: 1, seq: 0 });
  const device = { id: 'bin', kind: 'waste_bin', name: 'Bin', area: 'elm', codec: 'native', reportingIntervalS: 60, status: 'online' } as const;
  /** Numbers them in a transaction of their own, as the evaluator does; the commit goes along. */
  const write = (log: ChangeLog, ...ids: string[]): Promise<readonly Seq[]> => db.transaction().execute(async (trx) => {
    const { numbered, recording } = await log.numberAlerts(trx, ids.map((id) => ({ alert: alert(id) })));
    await together(trx, recording, { commits: true });
    return numbered.map(({ seq }) => seq);
  });
  const tell = (log: ChangeLog, seqs: readonly Seq[]): void => log.publish(seqs.map((seq) => ({ seq, area: 'elm', kind: 'alert', alert: { ...alert('told'), seq } })));
  const stored = async (): Promise<[Seq, string][]> => (await db.selectFrom('change').select(['seq', 'entity']).orderBy('seq').execute()).map(({ seq, entity }) => [seq, entity]);

  it('are those in the database, whether what came before was told already or not, and after a restart', async () => {
    expect(await write(changes, 'a', 'b')).toEqual([1, 2]);
    expect(await write(changes, 'c')).toEqual([3]); // before those are told
    tell(changes, [3, 1, 2]);
    expect(await write(changes, 'd')).toEqual([4]);
    expect(await write(openLog(), 'e')).toEqual([5]);
    expect(await stored()).toEqual([[1, 'a'], [2, 'b'], [3, 'c'], [4, 'd'], [5, 'e']]);
  });

  it('go on where a device\'s change left off, in the same transaction and after it', async () => {
    tell(changes, await write(changes, 'a'));
    const seqs = await db.transaction().execute(async (trx) => {
      const { seq: first } = await changes.recordDevice(trx, device);
      const { numbered, recording } = await changes.numberAlerts(trx, [{ alert: alert('b') }]);
      await together(trx, recording);
      const { seq: last } = await changes.recordAlert(trx, alert('c'));
      const after = await changes.numberAlerts(trx, [{ alert: alert('d') }]);
      await together(trx, after.recording);
      return [first, ...numbered.map(({ seq }) => seq), last, ...after.numbered.map(({ seq }) => seq)];
    });
    expect(seqs).toEqual([2, 3, 4, 5]);
    expect(await write(changes, 'e')).toEqual([6]);
    expect(await stored()).toEqual([[1, 'a'], [2, 'bin'], [3, 'b'], [4, 'c'], [5, 'd'], [6, 'e']]);
  });

  it('are taken from the database anew after a transaction was taken back, whoever writes next', async () => {
    tell(changes, await write(changes, 'a'));
    const takenBack = db.transaction().execute(async (trx) => {
      const { recording } = await changes.numberAlerts(trx, [{ alert: alert('x') }, { alert: alert('y') }]);
      await together(trx, [...recording, sql`select 1 from nowhere`.compile(trx)], { commits: true });
    });
    await expect(takenBack).rejects.toThrow('nowhere');
    expect(await db.transaction().execute((trx) => changes.recordDevice(trx, device))).toMatchObject({ kind: 'device' });
    await write(changes, 'b');
    const left = await stored();
    expect(left.map(([, entity]) => entity)).toEqual(['a', 'bin', 'b']);
    expect((await changes.after(1, 10))?.map(({ seq }) => seq)).toEqual(left.slice(1).map(([seq]) => seq));
  });
});

describe('publishing', () => {
  it('reaches every listener with every change, whichever of them throws, and says what was thrown', () => {
    const heard: Seq[] = [];
    changes.onChange(() => { throw new Error('a screen broke'); });
    changes.onChange(({ seq }) => { heard.push(seq); });
    const change = (seq: Seq): Change => ({ seq, area: 'elm', kind: 'device', device: { id: 'bin', kind: 'waste_bin', name: 'Bin', area: 'elm', codec: 'native', reportingIntervalS: 60, status: 'online' } });
    changes.publish([change(1), change(2)]);
    expect(heard).toEqual([1, 2]);
    expect(errors.map(String)).toEqual(['Error: a screen broke', 'Error: a screen broke']);
  });
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
