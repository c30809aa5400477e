import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { EpochMs } from '@liandong/protocols';
import { sql } from 'kysely';
import { dataPaths, UNFINISHED_RESTORE } from '../data-dir.js';
import { openDatabase } from '../database/database.js';
import { StartError } from '../problem.js';
import { readManifest, verifyFiles, type Manifest } from './manifest.js';

/**
 * Brings a backup into an empty data folder. Everything is checked before anything is written, and a hub refuses to start on a folder in which a restore was
 * interrupted. Pullers of aggregates and screens begin anew: what they took from the hub after the backup is not known to it.
 * @param now epoch ms; changes are numbered from it on
 * @throws StartError that says what to do.
 */
export async function restoreBackup(backup: string, dataDir: string, now: EpochMs = Date.now()): Promise<Manifest> {
  const manifest = await readManifest(backup);
  if (manifest === undefined) throw new StartError(`${backup} is not a backup: there is no manifest.json in it. BACKUP_DIR holds the folders of backups.`);
  await requireEmpty(dataDir);
  await verifyFiles(backup, manifest);
  const draft = join(dataDir, UNFINISHED_RESTORE);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const { path } of manifest.files) {
    const target = resolve(draft, path);
    if (!target.startsWith(`${draft}${sep}`)) throw new StartError(`The backup ${backup} names the file ${path}, which is outside of it.`);
    await cp(join(backup, path), target);
  }
  if (!manifest.outside.includes('postgresql')) await renumberChanges(dataPaths(draft).database, now);
  // The database's log is empty by now, and goes when the library lets go of it.
  for (const name of await readdir(draft)) if (!/\.db-(wal|shm)$/.test(name)) await rename(join(draft, name), join(dataDir, name));
  await rm(draft, { recursive: true, force: true });
  return manifest;
}

async function requireEmpty(dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return []; throw error; });
  if (names.length > 0) throw new StartError(`The data folder ${dataDir} is not empty. Stop the hub, move the folder away (mv ${dataDir} ${dataDir}.before), and restore again; or set DATA_DIR to another folder.`);
}

/**
 * Its change numbers start again at an older one, so the cursors given out since must not fit: those of pullers name their log; a screen's is the number alone, so the newest change is moved on to one that
 * no hub has reached, be it of this backup restored before. Between, there is nothing to resume from. Opening also brings an older schema forward and refuses a newer one.
 */
async function renumberChanges(database: string, now: EpochMs): Promise<void> {
  const db = await openDatabase(database);
  try {
    await db.updateTable('aggregate_state').set({ log: randomBytes(9).toString('base64url') }).execute();
    await db.updateTable('change').set({ seq: now }).where('seq', '=', (e) => e.selectFrom('change').select((c) => c.fn.max('seq').as('seq'))).where('seq', '<', now).execute();
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
  } finally {
    await db.destroy();
  }
}
