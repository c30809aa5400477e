import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBackup } from '../../src/backup/make-backup.js';
import { writeManifest } from '../../src/backup/manifest.js';
import { restoreBackup } from '../../src/backup/restore.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from '../../src/data-dir.js';
import { createChangeLog } from '../../src/changes/change-log.js';
import { openDatabase, type Db } from '../../src/database/database.js';

let folder: string;
let backup: string;
let dataDir: string;
const written = (): Promise<string[]> => readdir(dataDir).catch(() => []);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-restore-'));
  dataDir = join(folder, 'data');
  backup = join(folder, 'backup');
  const paths = dataPaths(join(folder, 'hub'));
  await mkdir(join(folder, 'hub'));
  await readOrCreateKey(paths.pseudonymKey);
  await mkdir(paths.photos);
  await writeFile(join(paths.photos, 'bin-1.jpg'), 'a picture');
  await (await openDatabase(paths.database)).destroy();
  await makeBackup({ paths, journal: undefined, telemetry: undefined, outside: [] }, { target: backup, at: 1_000, onPhase: () => undefined });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('restoring a backup', () => {
  it('brings back every file, byte for byte but for the database', async () => {
    expect(await restoreBackup(backup, dataDir)).toMatchObject({ createdAt: 1_000 });
    expect((await written()).sort()).toEqual(['liandong.db', 'photos', 'pseudonym.key']);
    expect(await readFile(join(dataDir, 'photos/bin-1.jpg'), 'utf8')).toBe('a picture');
    expect(await readFile(join(dataDir, 'pseudonym.key'))).toEqual(await readFile(join(folder, 'hub/pseudonym.key')));
  });

  it('was made without moving the log of the hub that goes on, whose writes would have waited', async () => {
    const paths = dataPaths(join(folder, 'hub'));
    const hub = await openDatabase(paths.database, { onDeath: (error) => { throw error; } });
    try {
      await hub.insertInto('area').values({ id: 'city', level: 'city', name: 'city' }).execute();
      await makeBackup({ paths, journal: undefined, telemetry: undefined, outside: [] }, { target: `${backup}-2`, at: 2_000, onPhase: () => undefined });
      expect((await stat(`${paths.database}-wal`)).size).toBeGreaterThan(0);
    } finally {
      await hub.destroy();
    }
    await restoreBackup(`${backup}-2`, dataDir);
    const restored = await openDatabase(dataPaths(dataDir).database);
    expect(await restored.selectFrom('area').select('id').execute()).toEqual([{ id: 'city' }]);
    await restored.destroy();
  });

  it('lets no screen resume from a change that the backup took back, even when as many have come again, nor from one of an earlier restore', async () => {
    const paths = dataPaths(join(folder, 'hub'));
    const record = (db: Db, count: number) => db.insertInto('change').values(Array.from({ length: count }, (_, index) => ({ at: index, kind: 'device' as const, entity: 'bin-1', area: 'garden', moved_to: null, body: '{}' }))).execute();
    const hub = await openDatabase(paths.database);
    await record(hub, 3);
    await hub.destroy();
    await makeBackup({ paths, journal: undefined, telemetry: undefined, outside: [] }, { target: `${backup}-2`, at: 2_000, onPhase: () => undefined });
    const after = async (now: number, since: readonly number[]) => {
      await restoreBackup(`${backup}-2`, join(folder, `data-${now}`), now);
      const restored = await openDatabase(dataPaths(join(folder, `data-${now}`)).database);
      await record(restored, 10);
      const log = createChangeLog({ db: restored, clock: { now: () => now }, onError: (error) => { throw error; } });
      const seqs = await Promise.all(since.map(async (seq) => (await log.after(seq, 100))?.map((change) => change.seq)));
      await restored.destroy();
      return seqs;
    };
    const numbered = (from: number) => Array.from({ length: 10 }, (_, index) => from + 1 + index);
    // 1 and 2 were before the backup; 3 has moved on, 4 to 8 were taken back.
    expect(await after(5_000, [2, 3, 4, 8, 5_000, 5_010])).toEqual([[5_000, ...numbered(5_000)], undefined, undefined, undefined, numbered(5_000), []]);
    expect(await after(9_000, [5_000, 5_010, 9_000])).toEqual([undefined, undefined, numbered(9_000)]);
  });

  it.each([
    ['a file that was changed', () => appendFile(join(backup, 'pseudonym.key'), 'x'), 'is damaged: pseudonym.key'],
    ['a file that is missing', () => rm(join(backup, 'photos/bin-1.jpg')), 'is not whole: photos/bin-1.jpg is missing'],
    ['a folder without a manifest', () => rm(join(backup, 'manifest.json')), 'is not a backup'],
    ['a manifest of another format', () => writeFile(join(backup, 'manifest.json'), '{"format":2}'), 'newer Liandong, or is damaged'],
    ['a manifest that is no JSON', () => writeFile(join(backup, 'manifest.json'), 'hello'), 'newer Liandong, or is damaged'],
  ])('refuses %s before anything is written', async (_what, spoil, words) => {
    await spoil();
    await expect(restoreBackup(backup, dataDir)).rejects.toThrow(words);
    expect(await written()).toEqual([]);
  });

  it('never writes outside of the data folder', async () => {
    const manifest = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8')) as { files: { path: string }[] };
    const key = manifest.files.find(({ path }) => path === 'pseudonym.key');
    await writeFile(join(backup, 'manifest.json'), JSON.stringify({ ...manifest, files: [{ ...key, path: '../backup/pseudonym.key' }] }));
    await expect(restoreBackup(backup, dataDir)).rejects.toThrow('outside');
  });

  it('refuses a data folder in use, and leaves it as it is', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'liandong.db'), 'mine');
    await expect(restoreBackup(backup, dataDir)).rejects.toThrow('is not empty');
    expect(await readFile(join(dataDir, 'liandong.db'), 'utf8')).toBe('mine');
  });

  it('refuses a backup of a newer schema, and a hub refuses the folder of a restore that was interrupted', async () => {
    const newer = await openDatabase(join(backup, 'liandong.db'));
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030')`.execute(newer);
    await newer.destroy();
    // They are empty, and go when the library lets go of them: in the middle of what follows, if it so happens.
    for (const log of ['-wal', '-shm']) await rm(join(backup, `liandong.db${log}`), { force: true });
    await rm(join(backup, 'manifest.json'));
    await writeManifest(backup, { createdAt: 1, outside: [] });
    await expect(restoreBackup(backup, dataDir)).rejects.toThrow('written by a newer Liandong (it has migration 9999-later)');
    await expect(prepareDataDir(dataDir)).rejects.toThrow('A restore into');
  });

  it('leaves nothing behind of a backup that failed', async () => {
    const telemetry = { copyTo: () => Promise.reject(new Error('No space left on device')) };
    const failing = makeBackup({ paths: dataPaths(join(folder, 'hub')), journal: undefined, telemetry, outside: [] }, { target: join(folder, 'second'), at: 2, onPhase: () => undefined });
    await expect(failing).rejects.toThrow('No space left');
    expect((await readdir(folder)).sort()).toEqual(['backup', 'hub']);
  });
});
