import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDevices } from '../../src/cli/run-import.js';
import { openImportHub, type ImportHub } from '../import/import-hub.js';

let hub: ImportHub;
let dir: string;
let url: string;
let token: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'liandong-cli-'));
  hub = await openImportHub();
  await hub.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(hub.app.server.address() as AddressInfo).port}`;
  token = (await hub.as('admin')).authorization.replace('Bearer ', '');
});
afterEach(async () => {
  await hub.close();
  await rm(dir, { recursive: true, force: true });
});

const HEAD = 'id,name,kind,area\n';
async function run(argv: string[], { isTTY = false, env = {} }: { isTTY?: boolean; env?: Record<string, string> } = {}) {
  let stdout = '';
  let stderr = '';
  const code = await runDevices({
    argv, env, stdout: { isTTY, write: (text) => { stdout += text; } }, stderr: { isTTY, write: (text) => { stderr += text; } },
  });
  return { code, stdout, stderr };
}
async function fileOf(text: string): Promise<string> {
  const path = join(dir, 'devices.csv');
  await writeFile(path, text);
  return path;
}
const access = () => ['--hub', url, '--token', token];

describe('npm run devices -- import', () => {
  it('imports a file, keeps the credentials beside it for this user only, and ends with 0', async () => {
    const file = await fileOf(`${HEAD}b1,东门,waste_bin,east-grid\nb2,西门,waste_bin,east-grid\n`);
    const { code, stdout } = await run(['import', file, ...access()]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('created 2 · updated 0 · unchanged 0 · failed 0')]);
    const path = join(dir, 'devices.credentials.csv');
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    const [head, first, second] = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
    expect([head, first?.split(',')[0], second?.split(',')[0]]).toEqual(['\ufeffusername,password', 'b1', 'b2']);
    expect(hub.registry.directory.authenticate('b1', Buffer.from(first?.split(',')[1] ?? ''))).toBeDefined();

    await fileOf(`${HEAD}b3,南门,waste_bin,east-grid\n`);
    await run(['import', file, ...access()]);
    expect((await readFile(path, 'utf8')).trim().split('\r\n')).toHaveLength(4);
  });

  it('writes failed rows beside the file, names them, and ends with 1', async () => {
    const file = await fileOf(`${HEAD}b1,东门,waste_bin,east-grid\nb2,西门,waste_bin,nowhere\n`);
    const stopped = await run(['import', file, ...access()]);
    expect([stopped.code, hub.registry.directory.get('b1')]).toEqual([1, undefined]);
    expect(stopped.stdout).toContain('nothing written');
    expect(stopped.stdout).toContain('3  b2  area: there is no community nowhere');
    expect(await readFile(join(dir, 'devices.failed.csv'), 'utf8')).toBe('\ufeffid,name,kind,area,error\r\nb2,西门,waste_bin,nowhere,area: there is no community nowhere\r\n');
    const { code, stdout } = await run(['import', file, '--only-valid'], { env: { LIANDONG_HUB: url, LIANDONG_TOKEN: token, LANG: 'zh_CN.UTF-8' } });
    expect([code, stdout]).toEqual([1, expect.stringContaining('没有社区 nowhere')]);
    expect(hub.registry.directory.get('b1')).toBeDefined();
  });

  it('only checks with --dry-run, and takes only the lines that are asked for', async () => {
    const file = await fileOf(`${HEAD}b1,a,waste_bin,east-grid\nb2,b,waste_bin,nowhere\n`);
    expect(await run(['import', file, '--dry-run', '--rows', '2', ...access()])).toMatchObject({ code: 0, stdout: expect.stringContaining('dry run, nothing written: created 1') as string });
    expect(hub.registry.directory.get('b1')).toBeUndefined();
  });

  it('shows a bar on a terminal and plain lines elsewhere', async () => {
    const file = await fileOf(HEAD + Array.from({ length: 600 }, (_, i) => `c-${i},x,waste_bin,east-grid\n`).join(''));
    expect((await run(['import', file, '--dry-run', ...access()])).stderr).toBe('checking 200/600\nchecking 400/600\nchecking 600/600\n');
    expect((await run(['import', file, ...access()], { isTTY: true })).stderr).toMatch(/\r\u001b\[2Kwriting \[#{28}\] 600\/600\r\u001b\[2K$/);
  });

  it.each<[string, (file: string) => string[], RegExp]>([
    ['no command', () => [], /usage/],
    ['an unknown option', (file) => ['import', file, '--fast'], /--fast/],
    ['no token', (file) => ['import', file, '--hub', url], /token is needed/],
    ['a wrong token', (file) => ['import', file, '--hub', url, '--token', 'x'], /401 UNAUTHENTICATED/],
    ['no such file', () => ['import', '/nowhere.csv', ...access()], /nowhere\.csv can not be read/],
    ['no hub there', (file) => ['import', file, '--hub', 'http://127.0.0.1:9', '--token', 'x'], /can not be reached/],
    ['no address', (file) => ['import', file, '--hub', 'nowhere', '--token', 'x'], /--hub must be an address/],
    ['a file that is no CSV of ours', (file) => ['import', file, ...access()], /CSV_INVALID .*Line 2/],
  ])('ends with 2 and says why: %s', async (_what, argv, reason) => {
    const { code, stderr } = await run(argv(await fileOf(`${HEAD}b1,"open\n`)));
    expect([code, stderr]).toEqual([2, expect.stringMatching(reason)]);
  });

  it('explains itself with --help', async () => expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--only-valid') as string }));
});
