import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub } from './hub-process.js';

/** A program with the hub's outside: ready after a moment, signs anybody in, tells its settings, ends on SIGTERM. */
const STAND_IN = `
import { createServer } from 'node:http';
if (process.env.FAIL) { console.error('PORT is taken: set PORT'); process.exit(3); }
const readyAt = Date.now() + 150;
console.log('started');
createServer((request, response) => {
  if (request.url === '/readyz') return response.writeHead(Date.now() < readyAt ? 503 : 200).end();
  if (request.method === 'POST') return response.setHeader('set-cookie', 'sid=7; HttpOnly').end('{}');
  response.end(JSON.stringify({ cookie: request.headers.cookie, demo: process.env.DEMO, path: request.url, leaked: process.env.VITEST }));
}).listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
`;

describe('A hub as a process', () => {
  let folder: string;
  let entry: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liandong-stand-in-'));
    entry = join(folder, 'stand-in.mjs');
    await writeFile(entry, STAND_IN);
  });
  afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

  it('is ready when started, signs in with a cookie, and gets no setting of the surrounding process', async () => {
    const hub = await startHub({ entry, env: { DEMO: '1' } });
    const client = await hub.signIn();
    expect(await client.get('/areas')).toEqual({ cookie: 'sid=7', demo: '1', path: '/api/v1/areas' });
    await hub.dispose();
    expect(existsSync(hub.dataDir)).toBe(false);
  });

  it('comes back on the same port and folder after a kill and after a stop', async () => {
    const hub = await startHub({ entry });
    expect(await hub.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await hub.start();
    expect(await hub.stop()).toEqual({ code: 0, signal: null });
    await hub.restart({ DEMO: '1' });
    expect(await (await fetch(`${hub.url}/api/v1/x`)).json()).toMatchObject({ demo: '1' });
    expect(hub.stdout()).toBe('started\n'.repeat(3));
    await hub.dispose();
  });

  it('throws with the hub\'s own words when it ends before it is ready', async () => {
    await expect(startHub({ entry, env: { FAIL: '1' } })).rejects.toThrow('PORT is taken: set PORT');
  });
});
