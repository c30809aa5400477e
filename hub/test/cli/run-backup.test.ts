import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runBackup } from '../../src/cli/run-backup.js';
import { dataPaths, readOrCreateKey } from '../../src/data-dir.js';

let folder: string;
let dataDir: string;
let out: string;
let errors: string;
const run = (env: Record<string, string> = {}): Promise<0 | 1> => runBackup({
  argv: [], env: { DATA_DIR: dataDir, BACKUP_DIR: join(folder, 'backups'), ...env },
  stdout: { write: (text: string) => { out += text; return true; } }, stderr: { write: (text: string) => { errors += text; return true; } },
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-run-backup-'));
  dataDir = join(folder, 'data');
  [out, errors] = ['', ''];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the command `backup` of a hub that is stopped', () => {
  it('refuses a folder that holds no hub\'s data, and makes nothing there', async () => {
    expect(await run()).toBe(1);
    expect(errors).toContain(`There is no hub's data in ${dataDir}`);
    await mkdir(dataDir);
    expect(await run()).toBe(1);
    expect(await readdir(folder)).toEqual(['data']);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('says what is not in the backup', async () => {
    await mkdir(dataDir);
    await readOrCreateKey(dataPaths(dataDir).pseudonymKey);
    expect(await run({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/d' }), errors).toBe(0);
    expect(out).toContain('what postgresql keeps is not in it');
  });
});
