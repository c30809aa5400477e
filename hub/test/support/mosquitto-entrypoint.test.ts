import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChild, type Child } from './child.js';
import { freePort } from './free-port.js';
import { findMosquittoPub, mosquittoPub } from './mosquitto-pub.js';
import { findMosquitto, MOSQUITTO_HINT } from './mosquitto-server.js';
import { describeWithServer } from './require-server.js';
import { waitFor } from './wait-for.js';

const shipped = fileURLToPath(new URL('../../../docker/mosquitto', import.meta.url));

/** As the hub writes one: PBKDF2 with SHA-512, Mosquitto's `$7$`. */
function passwordLine(user: string, password: string): string {
  const salt = randomBytes(12);
  return `${user}:$7$101$${salt.toString('base64')}$${pbkdf2Sync(password, salt, 101, 64, 'sha512').toString('base64')}\n`;
}

describeWithServer("The container's Mosquitto start", findMosquittoPub() !== undefined && findMosquitto(), MOSQUITTO_HINT, (mosquitto) => {
  let folder: string;
  let port: number;
  let child: Child;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liandong-entrypoint-'));
    port = await freePort();
    await Promise.all(['auth', 'run', 'data'].map((name) => mkdir(join(folder, name))));
    await writeFile(join(folder, 'mosquitto.conf'), await shippedSettings());
    child = startChild('/bin/sh', [join(shipped, 'entrypoint.sh')], {
      env: {
        PATH: `${process.env['PATH'] ?? ''}:${dirname(mosquitto)}`, AUTH_DIR: join(folder, 'auth'), RUN_DIR: join(folder, 'run'),
        MOSQUITTO_CONF: join(folder, 'mosquitto.conf'), MOSQUITTO_USER: userInfo().username, POLL_S: '0.1',
      },
    });
  });
  afterEach(async () => {
    await child.end();
    await rm(folder, { recursive: true, force: true });
  });

  /** The shipped settings on this test's port and folders. */
  async function shippedSettings(): Promise<string> {
    const text = await readFile(join(shipped, 'mosquitto.conf'), 'utf8');
    const here = text.replace('listener 1883', `listener ${String(port)} 127.0.0.1`)
      .replaceAll('/run/mosquitto', join(folder, 'run')).replace('/mosquitto/data/', `${join(folder, 'data')}/`);
    return process.getuid?.() === 0 ? `${here}user root\n` : here;
  }

  async function write(name: 'passwd' | 'acl', text: string): Promise<void> {
    const file = join(folder, 'auth', name);
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }

  const publish = (password: string, topic = 'bin/1') => mosquittoPub({ port, username: 'bin', password, topic, payload: '1' });

  it('waits for the files, lets in whom they name, follows a change, and ends on SIGTERM', async () => {
    await waitFor('it says what it waits for', () => child.stdout().includes('waiting for the hub'));
    await write('acl', 'user bin\ntopic write bin/1\n');
    await write('passwd', passwordLine('bin', 'old'));
    await waitFor('the device gets in', async () => (await publish('old')).code === 0);
    expect((await publish('new')).code).not.toBe(0);
    expect((await mosquittoPub({ port, topic: 'bin/1', payload: '1' })).code).not.toBe(0);
    await write('passwd', passwordLine('bin', 'new'));
    await waitFor('the new password works', async () => (await publish('new')).code === 0);
    expect((await publish('old')).code).not.toBe(0);
    expect(await child.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('refuses a frame over 256 KiB and no settings line', async () => {
    await write('acl', 'user bin\ntopic write bin/1\n');
    await write('passwd', passwordLine('bin', 'p'));
    await waitFor('the device gets in', async () => (await publish('p')).code === 0);
    const tooLong = await mosquittoPub({ port, username: 'bin', password: 'p', topic: 'bin/1', payload: 'x'.repeat(262_144) });
    expect(tooLong.code).not.toBe(0);
    expect(child.stderr()).not.toMatch(/Unknown configuration|Error:/);
  });
});
