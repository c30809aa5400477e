import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Alert, Backup, Device, Telemetry } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { waitFor } from '../support/wait-for.js';

const BEFORE = 2_000;
let folder: string;
let hub: HubProcess;
let admin: HubClient;
let token: string;
let device: Device;
let publisher: MqttClient;
let topic: string;
const start = Date.now() - 3_600_000;

/** The command as `npm run` starts it, without the build. */
async function command(name: 'backup' | 'restore', env: Record<string, string>, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = fileURLToPath(new URL(`../../dist/cli/${name}.js`, import.meta.url));
  const run = promisify(execFile)(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  return run.then((out) => ({ code: 0, ...out }), (error: { code: number; stdout: string; stderr: string }) => error);
}

const publish = (from: number, count: number) => Promise.all(Array.from({ length: count }, (_, i) =>
  publisher.publishAsync(topic, JSON.stringify({ ts: start + from + i, values: { fill_level: from === 0 && i < count - 1 ? 20 : 96 } }), { qos: 1 })));

async function storedTimes(): Promise<number[]> {
  const times: number[] = [];
  for (let cursor = ''; ;) {
    const page = await admin.get<Telemetry>(`/devices/${device.id}/telemetry?metric=fill_level&raw=1&limit=10000&from=${start}&to=${Date.now()}${cursor}`);
    times.push(...page.points.map(([ts]) => ts));
    if (page.next === undefined) return times;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-backup-'));
  hub = await startHub({ env: { BACKUP_DIR: join(folder, 'backups'), BACKUP_KEEP: '2' } });
  admin = await hub.signIn();
  const { subdistrict, community } = await createCommunity(admin);
  const made = await createDevice(admin, { id: 'bin-1', name: '一号桶', kind: 'waste_bin', area: community });
  device = made.device;
  topic = `liandong/v1/${subdistrict}/${community}/${device.id}/telemetry`;
  ({ token } = await admin.post<{ token: string }>('/tokens', { name: 'nightly backup', role: 'admin' }));
  publisher = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...made.credentials, reconnectPeriod: 50 });
  publisher.on('error', () => undefined); // a stopped hub refuses connections; the client tries again
});
afterAll(async () => {
  await publisher?.endAsync(true);
  await hub?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('backup and restore by one command each', () => {
  it('copies a hub that goes on taking messages, and brings back everything acknowledged before', async () => {
    await publish(0, BEFORE);
    await waitFor('The alert is there', async () => (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data.length === 1);
    const [alert] = (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data;
    await admin.post(`/alerts/${alert?.id ?? ''}/ack`, { note: '已派人' });
    const { next: cursor } = await admin.get<{ next: string }>('/aggregates?window=15m&from=0');

    const during = (async () => { for (let round = 0; round < 20; round += 1) await publish(BEFORE + round * 100, 100); })();
    const made = await command('backup', { LIANDONG_HUB: hub.url, LIANDONG_TOKEN: token });
    await during;
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const [name = ''] = made.stdout.split(' ');
    expect(await readdir(join(folder, 'backups', name))).toEqual(expect.arrayContaining(['manifest.json', 'liandong.db', 'telemetry.duckdb', 'journal', 'pseudonym.key']));

    const dataDir = join(folder, 'restored');
    const restored = await command('restore', { DATA_DIR: dataDir }, join(folder, 'backups', name));
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    await hub.restart({ DATA_DIR: dataDir });
    admin = await hub.signIn();

    // The device, which sends again what it holds, is known by the same secret.
    const wanted = Array.from({ length: BEFORE }, (_, i) => start + i);
    await waitFor('The readers have caught up', async () => (await storedTimes()).length >= BEFORE);
    const times = await storedTimes();
    expect(times.slice(0, BEFORE)).toEqual(wanted);
    expect(new Set(times).size).toBe(times.length);
    expect((await admin.get<Alert>(`/alerts/${alert?.id ?? ''}`))).toMatchObject({ acked: true, ackedBy: 'admin', raisedAt: alert?.raisedAt });
    expect((await admin.get<{ data: Alert[] }>('/alerts')).data).toHaveLength(1);
    // Its change numbers go on from an older one: a puller begins anew rather than miss a row.
    const refused = await admin.fetch(`/aggregates?window=15m&from=0&since=${encodeURIComponent(cursor)}`);
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'CURSOR_INVALID' }]);
    await publish(BEFORE + 5_000, 10);
    await waitFor('New readings are stored', async () => (await storedTimes()).includes(start + BEFORE + 5_009));
  });

  it('copies a hub that is stopped, without a token, and says what to do when it is not', async () => {
    const env = { DATA_DIR: join(folder, 'restored'), BACKUP_DIR: join(folder, 'by-hand') };
    const refused = await command('backup', env);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('give --token');
    await hub.stop();
    const made = await command('backup', env);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const again = join(folder, 'again');
    const restored = await command('restore', { DATA_DIR: again }, made.stdout.trim());
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    await hub.start({ DATA_DIR: again });
    admin = await hub.signIn();
    await waitFor('The readers have caught up', async () => (await storedTimes()).includes(start + BEFORE + 5_009));
  });

  it('keeps the newest two, and answers a wrong token, address or folder in words', async () => {
    for (let made = 0; made < 3; made += 1) {
      const { id } = await admin.post<Backup>('/backups');
      await waitFor('The backup is done', async () => (await admin.get<Backup>(`/backups/${id}`)).state === 'done');
      await waitFor('The next one has another second for its name', async () => Promise.resolve(!id.endsWith(`${new Date().toISOString().slice(17, 19)}Z`)));
    }
    expect((await readdir(join(folder, 'backups'))).length).toBe(2);
    expect((await admin.get<{ data: Backup[] }>('/backups')).data.map(({ state }) => state)).toEqual(['done', 'done']);
    expect((await command('backup', { LIANDONG_HUB: hub.url, LIANDONG_TOKEN: 'wrong' })).stderr).toContain('UNAUTHENTICATED');
    expect((await command('backup', { LIANDONG_HUB: 'http://127.0.0.1:1', LIANDONG_TOKEN: 'x' })).stderr).toContain('can not be reached');
    expect((await command('backup', {}, '--now')).stderr).toContain('--now');
    const full = await command('restore', { DATA_DIR: join(folder, 'again') }, join(folder, 'backups', (await readdir(join(folder, 'backups')))[0] ?? ''));
    expect(full).toMatchObject({ code: 1 });
    expect(full.stderr).toContain('is not empty');
    await cp(join(folder, 'backups'), join(folder, 'no-backup'), { recursive: true });
    expect((await command('restore', { DATA_DIR: join(folder, 'new') }, join(folder, 'no-backup'))).stderr).toContain('is not a backup');
  });
});
