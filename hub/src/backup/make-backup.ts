import { chmod, cp, mkdir, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BackupPhase, EpochMs } from '@liandong/protocols';
import { dataPaths, type DataPaths } from '../data-dir.js';
import { startThreadExecutor } from '../database/libsql/thread-executor.js';
import type { JournalHold } from '../journal/journal-hold.js';
import type { TelemetryStore } from '../telemetry/types.js';
import { writeManifest, type Manifest } from './manifest.js';

/** What is copied. A part that lives in an outside server, or that this role has not, is undefined. */
export interface BackupSources {
  readonly paths: DataPaths;
  readonly journal: { hold(): Promise<JournalHold> } | undefined;
  readonly telemetry: { copyTo(path: string): Promise<void> } | undefined;
  readonly outside: Manifest['outside'];
}

/** Of a hub: what InfluxDB and PostgreSQL keep is copied by their own tools. */
export function backupSources({ paths, journal, telemetry, isPostgres }: { paths: DataPaths; journal: BackupSources['journal']; telemetry: Pick<TelemetryStore, 'backend' | 'copyTo'>; isPostgres: boolean }): BackupSources {
  const { copyTo } = telemetry;
  return { paths, journal, telemetry: copyTo === undefined ? undefined : { copyTo }, outside: [...(telemetry.backend === 'influxdb' ? ['influxdb' as const] : []), ...(isPostgres ? ['postgresql' as const] : [])] };
}

/**
 * Copies all of a data folder into `target`, which appears when it is whole. The hub goes on meanwhile. The journal is held first and copied last, so that database and
 * telemetry are each as of a moment between, and after a restore the readers bring both to the journal's end, as after a kill.
 * @throws what writing it throws; nothing is left behind then.
 */
export async function makeBackup({ paths, journal, telemetry, outside }: BackupSources, { target, at, onPhase }: { target: string; at: EpochMs; onPhase: (phase: BackupPhase) => void }): Promise<Manifest> {
  const draft = `${target}.unfinished`;
  const to = dataPaths(draft);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const hold = await journal?.hold();
  try {
    if (!outside.includes('postgresql')) {
      onPhase('database');
      await copyDatabase(paths.database, to.database);
    }
    if (telemetry !== undefined) {
      onPhase('telemetry');
      await telemetry.copyTo(to.telemetry);
    }
    if (hold !== undefined) {
      onPhase('journal');
      await hold.copyTo(to.journal);
    }
    onPhase('photos');
    await copyIfThere(paths.photos, to.photos);
    for (const key of ['pseudonymKey', 'fleetState'] as const) await copyIfThere(paths[key], to[key]);
    onPhase('verifying');
    const manifest = await writeManifest(draft, { createdAt: at, outside });
    await rename(draft, target);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    hold?.release();
  }
}

/** As of one moment, in a thread and on a connection of its own: the hub's writes go on. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const copier = await startThreadExecutor({ path: from, use: 'copies', onDeath: () => undefined }); // the statement under way says it
  try {
    await copier.execute({ sql: 'vacuum into ?', parameters: [to] });
  } finally {
    await copier.close();
  }
  await chmod(to, 0o600);
}

/** A file, or a folder with what is not a draft in it. */
async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true, filter: (path) => !basename(path).startsWith('.') });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Folder of a backup that is begun at that time; sorts as times do. */
export const backupName = (at: EpochMs): string => `liandong-${new Date(at).toISOString().replace(/\.\d+Z$/, 'Z').replaceAll(':', '-')}`;
export const isBackupName = (name: string): boolean => /^liandong-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/.test(name);
