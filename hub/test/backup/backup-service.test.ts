import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupPhase } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/backup/backup-service.js';
import { writeManifest } from '../../src/backup/manifest.js';
import type { Principal } from '../../src/identity/principal.js';

const admin: Principal = { name: 'admin', role: 'admin', area: undefined };
let dir: string;
const rows: unknown[] = [];
const errors: unknown[] = [];
const clock = { at: Date.UTC(2026, 10, 26, 3, 0, 0), now() { return this.at; } };
let finish: () => void;
let failure: Error | undefined;

async function make(target: string, at: number, onPhase: (phase: BackupPhase) => void) {
  onPhase('journal');
  await new Promise<void>((resolve) => { finish = resolve; });
  if (failure !== undefined) throw failure;
  await mkdir(target, { recursive: true });
  return writeManifest(target, { createdAt: at, outside: ['influxdb'] });
}
const service = () => createBackupService({ dir, keep: 2, make, clock, audit: { record: async (row) => { rows.push(row); } }, onError: (error) => errors.push(error) });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'liandong-backups-'));
  rows.length = 0;
  errors.length = 0;
  failure = undefined;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the backup service', () => {
  it('makes one at a time, says how far it is, and keeps the newest two', async () => {
    const backups = service();
    await mkdir(join(dir, 'liandong-2026-11-25T03-00-00Z.unfinished'));
    await mkdir(join(dir, 'not-a-backup'));
    for (let day = 0; day < 3; day += 1) {
      clock.at += 86_400_000;
      const { id } = await backups.create(admin);
      await expect.poll(() => backups.get(admin, id)).toMatchObject({ state: 'running', phase: 'journal' });
      await expect(backups.create(admin)).rejects.toMatchObject({ code: 'BACKUP_RUNNING' });
      finish();
      await expect.poll(() => backups.get(admin, id)).toMatchObject({ state: 'done', outside: ['influxdb'] });
      await expect.poll(() => readdir(dir)).toHaveLength(Math.min(day + 1, 2) + 1); // and the folder that is none of its own
    }
    expect((await backups.list(admin)).map(({ id }) => id)).toEqual(['liandong-2026-11-29T03-00-00Z', 'liandong-2026-11-28T03-00-00Z']);
    // Another life of the hub finds them again.
    expect(await service().list(admin)).toHaveLength(2);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({ by: 'admin', action: 'backup.create', target: 'liandong-2026-11-27T03-00-00Z' });
  });

  it('lets the next begin when the audit log could not be written', async () => {
    let isAway = true;
    const record = async (): Promise<void> => { if (isAway) throw new Error('the disk is full'); };
    const backups = createBackupService({ dir, keep: 2, make, clock, audit: { record }, onError: (error) => errors.push(error) });
    await expect(backups.create(admin)).rejects.toThrow('the disk is full');
    expect(await backups.list(admin)).toEqual([]);
    isAway = false;
    expect(await backups.create(admin)).toMatchObject({ state: 'running' });
    await expect.poll(() => backups.list(admin)).toMatchObject([{ phase: 'journal' }]);
    finish();
    await backups.stop();
  });

  it('says why one failed, and lets the next begin', async () => {
    const backups = service();
    failure = new Error('ENOSPC: no space left on device');
    const { id } = await backups.create(admin);
    await expect.poll(() => backups.get(admin, id)).toMatchObject({ phase: 'journal' });
    finish();
    await expect.poll(() => backups.get(admin, id)).toMatchObject({ state: 'failed', error: 'ENOSPC: no space left on device' });
    expect(errors).toEqual([failure]);
    failure = undefined;
    clock.at += 1_000;
    await backups.create(admin);
    await expect.poll(() => backups.list(admin)).toMatchObject([{ phase: 'journal' }]);
    finish();
    await backups.stop();
    expect(await backups.list(admin)).toMatchObject([{ state: 'done' }]);
  });

  it('is for an admin of everything only', async () => {
    const backups = service();
    for (const principal of [{ ...admin, role: 'operator' }, { ...admin, area: 'loufeng' }] as Principal[]) {
      for (const call of [() => backups.create(principal), () => backups.list(principal), () => backups.get(principal, 'x')]) await expect(call()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await expect(backups.get(admin, 'liandong-2020-01-01T00-00-00Z')).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
    expect(await readdir(dir)).toEqual([]);
  });
});
