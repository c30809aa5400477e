import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Backup, Problem } from '@liandong/protocols';
import { pino } from 'pino';
import { backupName, backupSources, makeBackup } from '../backup/make-backup.js';
import { systemClock } from '../clock.js';
import { readConfig } from '../config.js';
import { dataPaths } from '../data-dir.js';
import { Journal } from '../journal/journal.js';
import { StartError } from '../problem.js';
import { createDuckdbStore } from '../telemetry/duckdb-store.js';
import { CommandFailure, type CommandRun } from './command-run.js';

const USAGE = `用法 usage: npm run backup -- [--token TOKEN] [--hub http://127.0.0.1:8080]

  --token   中枢正在运行时需要:管理员令牌,也可用 LIANDONG_TOKEN · needed while the hub runs: an admin's token, also LIANDONG_TOKEN
  --hub     中枢地址,也可用 LIANDONG_HUB · the hub, also LIANDONG_HUB

不带令牌时直接备份 DATA_DIR(中枢须已停止)。 Without a token it copies DATA_DIR itself; the hub must be stopped.
备份写入 BACKUP_DIR。 Backups are made in BACKUP_DIR.

退出码 exit code: 0 完成 done · 1 失败 failed
`;
const POLL_MS = 500;

/** The command `backup`. Gives the exit code. */
export async function runBackup({ argv, env, stdout, stderr }: CommandRun): Promise<0 | 1> {
  try {
    const { values } = parseArgs({ args: [...argv], options: { token: { type: 'string' }, hub: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) {
      stdout.write(USAGE);
      return 0;
    }
    const token = values.token ?? env['LIANDONG_TOKEN'];
    const say = (phase: string): void => { stderr.write(`${phase}…\n`); };
    stdout.write(token === undefined || token === '' ? await copyStopped(env, say) : await askHub({ hub: values.hub ?? env['LIANDONG_HUB'] ?? 'http://127.0.0.1:8080', token, say }));
    return 0;
  } catch (error) {
    const isPlain = error instanceof CommandFailure || error instanceof StartError || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    stderr.write(`${isPlain ? error.message : `The backup failed: ${String(error)}`}\n`);
    return 1;
  }
}

/** The journal's lock keeps a hub from starting meanwhile. */
async function copyStopped(env: CommandRun['env'], say: (phase: string) => void): Promise<string> {
  const config = readConfig(env);
  const paths = dataPaths(config.dataDir);
  // Opening would make what is missing: a mistyped DATA_DIR would give a backup of nothing, and a cron job nobody looks at would go on so.
  await access(paths.pseudonymKey).catch((cause: unknown) => { throw new CommandFailure(`There is no hub's data in ${config.dataDir}: set DATA_DIR to the folder the hub keeps its data in.`, { cause }); });
  const logger = pino({ level: 'silent' });
  const journal = new Journal({ path: paths.journal, handlers: [], maxBytes: Infinity, maxAgeMs: Infinity, clock: systemClock, logger });
  await journal.open().catch((error: unknown) => {
    throw error instanceof StartError ? new CommandFailure(`${error.message}\nWhile the hub runs it makes the backup itself: give --token.`, { cause: error }) : error;
  });
  const telemetry = config.influx === undefined ? createDuckdbStore({ path: paths.telemetry, log: logger }) : undefined;
  try {
    await telemetry?.start();
    const at = systemClock.now();
    const target = join(config.backupDir, backupName(at));
    const { outside } = await makeBackup(backupSources({ paths, journal, telemetry: telemetry ?? { backend: 'influxdb' }, isPostgres: config.databaseUrl !== undefined }), { target, at, onPhase: say });
    return `${target}\n${notesOf(outside)}`;
  } finally {
    await telemetry?.stop();
    await journal.stop();
  }
}

async function askHub({ hub, token, say }: { hub: string; token: string; say: (phase: string) => void }): Promise<string> {
  const ask = async (method: string, path: string): Promise<Backup> => {
    const response = await fetch(`${hub.replace(/\/+$/, '')}/api/v1/backups${path}`, { method, headers: { authorization: `Bearer ${token}` } })
      .catch((cause: unknown) => { throw new CommandFailure(`The hub at ${hub} can not be reached: check --hub. Without a token, DATA_DIR of a hub that is stopped is copied.`, { cause }); });
    if (response.ok) return await response.json() as Backup; // the hub's own answer
    const problem = await response.json().catch(() => ({})) as Partial<Problem>; // an error of something in between is no problem document
    throw new CommandFailure(`${response.status} ${problem.code ?? ''} ${problem.detail ?? problem.title ?? response.statusText}`);
  };
  let backup = await ask('POST', '');
  let said: string | undefined;
  while (backup.state === 'running') {
    if (backup.phase !== undefined && backup.phase !== said) say(said = backup.phase);
    await sleep(POLL_MS);
    backup = await ask('GET', `/${backup.id}`);
  }
  if (backup.state === 'failed') throw new CommandFailure(`The backup failed: ${backup.error ?? ''}`);
  return `${backup.id} in the hub's BACKUP_DIR, ${((backup.bytes ?? 0) / 1e6).toFixed(1)} MB\n${notesOf(backup.outside ?? [])}`;
}

const notesOf = (outside: readonly string[]): string => outside.map((server) => `note: what ${server} keeps is not in it; back that server up by its own tools.\n`).join('');
