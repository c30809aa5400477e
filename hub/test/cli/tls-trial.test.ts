import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tls-trial.js', import.meta.url));

it('makes a pair, keeps it the second time and says why, and replaces it when told to', async () => {
  const out = await mkdtemp(join(tmpdir(), 'liandong-trial-'));
  const run = (...more: string[]) => runChild(process.execPath, [PROGRAM, '--out', out, ...more], { timeoutMs: 20_000 });
  const pair = () => Promise.all(['cert.pem', 'key.pem'].map((name) => readFile(join(out, name), 'utf8')));
  try {
    expect(await run()).toMatchObject({ code: 0 });
    const first = await pair();
    const again = await run('--host', '192.168.1.20');
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toMatch(/已有证书[\s\S]*There is a certificate in .*--force/);
    expect(await pair()).toEqual(first);
    expect(await run('--force')).toMatchObject({ code: 0 });
    expect(await pair()).not.toEqual(first);
  } finally {
    await rm(out, { recursive: true });
  }
});
