import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup, BackupPhase, EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Feature } from '../feature.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import type { AuditLog } from '../identity/types.js';
import { isWithin } from '../is-within.js';
import { AppError } from '../problem.js';
import { backupName, isBackupName } from './make-backup.js';
import { readManifest, type Manifest } from './manifest.js';

/** Backups of the whole hub, one at a time. Only for an admin of everything. `stop` waits for the one that runs, for a while. */
export interface BackupService extends Feature {
  /** Begins one. Throws BACKUP_RUNNING. */
  create(principal: Principal): Promise<Backup>;
  /** Those in BACKUP_DIR, and the one that runs or failed last; newest first. */
  list(principal: Principal): Promise<Backup[]>;
  /** Throws BACKUP_NOT_FOUND. */
  get(principal: Principal, id: string): Promise<Backup>;
}

export interface BackupServiceDependencies {
  /** Where the folders of backups are made. */
  readonly dir: string;
  /** So many stay; older ones are removed after one is done. */
  readonly keep: number;
  readonly make: (target: string, at: EpochMs, onPhase: (phase: BackupPhase) => void) => Promise<Manifest>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** A stop is not held up longer: what is unfinished is removed by the next backup. */
const STOP_MS = 5_000;

export function createBackupService({ dir, keep, make, audit, clock, onError }: BackupServiceDependencies): BackupService {
  let latest: Backup | undefined;
  let running: Promise<void> = Promise.resolve();

  async function run(id: string, at: EpochMs): Promise<void> {
    try {
      await removeUnfinished(dir, id);
      const { outside, files } = await make(join(dir, id), at, (phase) => { latest = { id, state: 'running', startedAt: at, phase }; });
      latest = { id, state: 'done', startedAt: at, endedAt: clock.now(), bytes: totalOf(files), outside };
      for (const name of (await namesIn(dir)).slice(keep)) await rm(join(dir, name), { recursive: true, force: true });
    } catch (error) {
      onError(error);
      latest = { id, state: 'failed', startedAt: at, endedAt: clock.now(), error: error instanceof Error ? error.message : String(error) };
    }
  }

  async function all(): Promise<Backup[]> {
    const kept: Backup[] = [];
    for (const id of await namesIn(dir)) {
      if (id === latest?.id) continue;
      const manifest = await readManifest(join(dir, id)).catch(() => undefined); // one of another format is not ours to show
      if (manifest !== undefined) kept.push({ id, state: 'done', startedAt: manifest.createdAt, bytes: totalOf(manifest.files), outside: manifest.outside });
    }
    return latest === undefined ? kept : [latest, ...kept];
  }

  function requireAll(principal: Principal): void {
    requirePermission(principal, 'backup:write');
    if (principal.area !== undefined) throw new AppError('FORBIDDEN', { zh: '备份包含整个中枢，仅限不受区域限制的管理员。', en: 'A backup holds the whole hub; it takes an admin who is not bound to an area.' });
  }

  return {
    start: async () => undefined,
    async stop() { await isWithin(running, STOP_MS); },
    async create(principal) {
      requireAll(principal);
      if (latest?.state === 'running') throw new AppError('BACKUP_RUNNING');
      const at = clock.now();
      const begun: Backup = { id: backupName(at), state: 'running', startedAt: at };
      const before = latest;
      latest = begun;
      try {
        await audit.record({ by: principal.name, action: 'backup.create', target: begun.id });
      } catch (error) {
        latest = before; // or none could ever begin again
        throw error;
      }
      running = run(begun.id, at);
      return begun;
    },
    async list(principal) {
      requireAll(principal);
      return all();
    },
    async get(principal, id) {
      requireAll(principal);
      const found = (await all()).find((backup) => backup.id === id);
      if (found === undefined) throw new AppError('BACKUP_NOT_FOUND');
      return found;
    },
  };
}

const totalOf = (files: Manifest['files']): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Newest first. */
async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return []; throw error; });
  return names.filter(isBackupName).sort().reverse();
}

/** Left by a hub that was killed in the middle of one. */
async function removeUnfinished(dir: string, current: string): Promise<void> {
  const names = await readdir(dir).catch(() => []); // it is made with the first backup
  for (const name of names) if (name.endsWith('.unfinished') && name !== `${current}.unfinished` && isBackupName(name.replace('.unfinished', ''))) await rm(join(dir, name), { recursive: true, force: true });
}
