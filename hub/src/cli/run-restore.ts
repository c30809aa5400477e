import { restoreBackup } from '../backup/restore.js';
import { readConfig } from '../config.js';
import { StartError } from '../problem.js';
import type { CommandRun } from './command-run.js';

const USAGE = `用法 usage: DATA_DIR=./data npm run restore -- BACKUP_FOLDER

把备份恢复到空的数据目录(中枢须先停止)。 Restores a backup into an empty data folder; stop the hub first.

退出码 exit code: 0 完成 done · 1 无法恢复 could not be restored
`;

/** The command `restore`. Gives the exit code. */
export async function runRestore({ argv, env, stdout, stderr }: CommandRun): Promise<0 | 1> {
  const [folder, ...rest] = argv;
  if (folder === undefined || rest.length > 0 || folder.startsWith('-')) {
    const isHelp = folder === '--help' || folder === '-h';
    (isHelp ? stdout : stderr).write(USAGE);
    return isHelp ? 0 : 1;
  }
  try {
    const { dataDir } = readConfig(env);
    const { createdAt, outside } = await restoreBackup(folder, dataDir);
    stdout.write(`${dataDir}: as of ${new Date(createdAt).toISOString()}; start the hub.\n`);
    for (const server of outside) stdout.write(`note: what ${server} kept is not in this backup; restore that server by its own tools.\n`);
    return 0;
  } catch (error) {
    stderr.write(`${error instanceof StartError ? error.message : `The backup could not be restored: ${String(error)}`}\n`);
    return 1;
  }
}
