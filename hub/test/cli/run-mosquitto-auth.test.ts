import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMosquittoAuth } from '../../src/cli/run-mosquitto-auth.js';
import { dataPaths } from '../../src/data-dir.js';
import { addPlaces, openRegistry, ROOT } from '../devices/registry.js';
import { findMosquittoPub, mosquittoPub } from '../support/mosquitto-pub.js';
import { findMosquitto, MOSQUITTO_HINT, startMosquitto } from '../support/mosquitto-server.js';
import { describeWithServer } from '../support/require-server.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'liandong-auth-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(env: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runMosquittoAuth({ env, stdout: { write: (text: string) => { said.out += text; } }, stderr: { write: (text: string) => { said.err += text; } } });
  return { code, ...said };
}

describe('npm run mosquitto:auth without its settings', () => {
  it('says which are missing', async () => {
    expect(await run({ DATA_DIR: folder })).toMatchObject({ code: 2, err: expect.stringMatching(/MQTT_URL.*MOSQUITTO_AUTH_DIR must be set/) as string });
  });
});

describeWithServer('npm run mosquitto:auth', findMosquittoPub() !== undefined && findMosquitto(), MOSQUITTO_HINT, () => {
  it('writes users and rights that a running Mosquitto takes in by SIGHUP: a new secret works, the old one does not', async () => {
    await symlink('hub.db', dataPaths(folder).database); // the registry's file under the name that the hub gives it
    const registry = await openRegistry(folder);
    await addPlaces(registry);
    const { credentials: { password } } = await registry.devices.create(ROOT, { id: 'bin-1', name: 'bin', kind: 'waste_bin', area: 'east-garden' });
    const auth = join(folder, 'auth');
    const write = async (): Promise<{ passwordLines: string[]; acl: string[] }> => {
      expect(await run({ DATA_DIR: folder, MQTT_URL: 'mqtt://hub:hub-secret@127.0.0.1:1', MOSQUITTO_AUTH_DIR: auth })).toMatchObject({ code: 0, out: expect.stringContaining('1 devices') as string });
      const lines = async (name: string): Promise<string[]> => (await readFile(join(auth, name), 'utf8')).split('\n').filter(Boolean);
      return { passwordLines: await lines('passwd'), acl: await lines('acl') };
    };
    const first = await write();
    const mosquitto = await startMosquitto(first);
    try {
      const publish = (secret: string, device = 'bin-1') => mosquittoPub({ port: mosquitto.port, username: 'bin-1', password: secret, topic: `liandong/v1/east/east-garden/${device}/telemetry`, payload: '{}' });
      expect((await publish(password)).code).toBe(0);
      const { credentials: renewed } = await registry.devices.rotateCredentials(ROOT, 'bin-1');
      await mosquitto.reload(await write());
      expect((await publish(renewed.password)).code).toBe(0);
      expect((await publish(password)).code).not.toBe(0);
    } finally {
      await mosquitto.dispose();
      await registry.close();
    }
  });
});
