import { access, chmod, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ImportResult } from '@liandong/protocols';
import { BYTE_ORDER_MARK, toCsv } from '../import/csv-writer.js';
import { ImportFailure, createImportClient } from './import-client.js';
import type { CommandRun } from './command-run.js';
import { createProgressLine } from './progress-line.js';

export const USAGE = `用法 usage: npm run devices -- import file.csv [--dry-run] [--only-valid] [--rows 2-50,60] [--hub http://127.0.0.1:8080] [--token TOKEN]

  --dry-run      只检查,不写入 · check only, write nothing
  --only-valid   跳过有错的行 · leave out the rows that are wrong
  --rows         只取这些行 · take these lines only
  --hub          中枢地址,也可用 LIANDONG_HUB · the hub, also LIANDONG_HUB
  --token        令牌,也可用 LIANDONG_TOKEN · an API token, also LIANDONG_TOKEN

退出码 exit code: 0 完成 done · 1 有行失败 rows failed · 2 无法执行 could not run
失败的行写入 failed rows go to file.failed.csv,凭据写入 credentials to file.credentials.csv (0600)
`;

/** The command `devices`. Gives the exit code: 0 done, 1 rows failed, 2 it could not run at all. */
export async function runDevices({ argv, env, stdout, stderr }: CommandRun): Promise<0 | 1 | 2> {
  try {
    const options = readOptions(argv, env);
    if (options === undefined) {
      stdout.write(USAGE);
      return 0;
    }
    await access(options.file, constants.R_OK).catch((cause: unknown) => { throw new ImportFailure(`The file ${options.file} can not be read.`, { cause }); });
    const client = createImportClient(options);
    const progress = createProgressLine(stderr);
    const result = await client.send(options.file, options.query, ({ phase, done, total }) => progress.show(phase, done, total)).finally(() => progress.end());
    stdout.write(summaryOf(result, options.language));
    // Credentials first: they are shown only this once.
    if (result.credentials.length > 0) stdout.write(`credentials: ${await writeCredentials(options.file, result)}\n`);
    if (result.counts.failed === 0) return 0;
    const failedFile = besides(options.file, 'failed');
    await writeFile(failedFile, await client.failedCsv(result.id));
    stdout.write(`failed rows: ${failedFile}\n`);
    return 1;
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error;
    stderr.write(`${error.message}\n`);
    return 2;
  }
}

interface Options { file: string; hub: string; token: string; language: 'zh' | 'en'; query: Record<string, string> }

/** Undefined: help was asked for. */
function readOptions(argv: readonly string[], env: CommandRun['env']): Options | undefined {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return undefined;
  const [command, file, ...rest] = positionals;
  if (command !== 'import' || file === undefined || rest.length > 0) throw new ImportFailure(USAGE);
  const token = values.token ?? env['LIANDONG_TOKEN'];
  if (token === undefined || token === '') throw new ImportFailure('A token is needed: --token or LIANDONG_TOKEN (POST /api/v1/tokens makes one).');
  const hub = values.hub ?? env['LIANDONG_HUB'] ?? 'http://127.0.0.1:8080';
  if (!URL.canParse(hub)) throw new ImportFailure(`--hub must be an address such as http://127.0.0.1:8080, not "${hub}".`);
  return {
    file, hub, token, language: /^zh/i.test(env['LC_ALL'] ?? env['LANG'] ?? '') ? 'zh' : 'en',
    query: {
      ...(values['dry-run'] === true ? { dryRun: '1' } : {}), ...(values['only-valid'] === true ? { onlyValid: '1' } : {}),
      ...(values.rows === undefined ? {} : { rows: values.rows }),
    },
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv], allowPositionals: true,
      options: { 'dry-run': { type: 'boolean' }, 'only-valid': { type: 'boolean' }, rows: { type: 'string' }, hub: { type: 'string' }, token: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new ImportFailure(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

const MOST_SHOWN = 20;

function summaryOf({ dryRun, applied, counts, rows }: ImportResult, language: 'zh' | 'en'): string {
  const failed = rows.filter(({ state }) => state === 'failed');
  const shown = failed.slice(0, MOST_SHOWN).map(({ line, id, errors }) => `  ${line}  ${id}  ${errors.map((error) => error[language]).join('; ')}`);
  return [
    `${dryRun ? 'dry run, nothing written' : applied ? 'written' : 'nothing written: rows failed (mend them, or use --only-valid or --rows)'}: created ${counts.created} · updated ${counts.updated} · unchanged ${counts.unchanged} · failed ${counts.failed}`,
    ...shown, ...(failed.length > MOST_SHOWN ? [`  … ${failed.length - MOST_SHOWN} more`] : []), '',
  ].join('\n');
}

async function writeCredentials(file: string, { credentials }: ImportResult): Promise<string> {
  const path = besides(file, 'credentials');
  const isNew = await access(path).then(() => false, () => true);
  // Those of an earlier run stay: nothing shows them again.
  await writeFile(path, `${isNew ? BYTE_ORDER_MARK + toCsv([['username', 'password']]) : ''}${toCsv(credentials.map(({ username, password }) => [username, password]))}`, { mode: 0o600, flag: 'a' });
  await chmod(path, 0o600); // one that was there before keeps its old mode
  return path;
}

const besides = (file: string, what: string): string => `${file.replace(/\.csv$/i, '')}.${what}.csv`;
