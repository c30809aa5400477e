import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRoster } from '../../src/fleet/roster.js';
import { createHubClient } from '../../src/setup/hub-client.js';
import { setUp } from '../../src/setup/set-up.js';
import { openSecrets } from '../../src/setup/state-file.js';
import { startFakeHub, TOKEN, type FakeHub } from '../support/fake-hub.js';

let hub: FakeHub;
let folder: string;
let stateFile: string;
let log: string[];
beforeEach(async () => {
  hub = await startFakeHub();
  folder = await mkdtemp(path.join(os.tmpdir(), 'edge-sim-'));
  stateFile = path.join(folder, 'new/state.json');
  log = [];
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

const client = ({ token = TOKEN, hubUrl = hub.url, slept = [] as number[] } = {}) =>
  createHubClient({ hubUrl, token, fetch, sleep: async (delayMs) => { slept.push(delayMs); } });
const roster = createRoster({ size: 25 });
const prepare = async (devices = roster, { mayRotate = false } = {}) => setUp(devices, { hub: client(), secrets: await openSecrets(stateFile, hub.url), log: (line) => log.push(line), mayRotate });
const secretsOf = async (options = {}) => Object.fromEntries((await prepare(roster, options)).map(({ device, secret }) => [device.id, secret]));
const count = (call: string): number => hub.calls.filter((made) => made.startsWith(call)).length;

describe('set-up', () => {
  it('makes areas and devices at an empty hub, a few at a time, and keeps the secrets for its owner only', async () => {
    const ready = await prepare();
    expect(ready.map(({ device }) => device)).toEqual(roster);
    expect(new Map(ready.map(({ device, secret }) => [device.id, secret]))).toEqual(hub.secrets);
    expect([...hub.areas.values()].filter(({ level }) => level === 'community')).toHaveLength(7);
    expect(hub.mostAtOnce).toBeGreaterThan(1);
    expect(hub.mostAtOnce).toBeLessThanOrEqual(8);
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  });

  it('finds everything there the second time and uses the secrets it kept', async () => {
    const first = await secretsOf();
    expect(await secretsOf()).toEqual(first);
    expect(count('POST /api/v1/devices')).toBe(25);
  });

  it('asks for new credentials only when it may, and only for devices whose secret it does not have', async () => {
    await prepare(roster.slice(0, 10));
    const state = JSON.parse(await readFile(stateFile, 'utf8')) as Record<string, Record<string, string>>;
    const lost = roster[3]?.id ?? '';
    delete state[hub.url]?.[lost];
    await writeFile(stateFile, JSON.stringify(state));
    const secrets = await secretsOf({ mayRotate: true });
    expect(secrets[lost]).toBe(hub.secrets.get(lost));
    expect(hub.calls.filter((call) => call.endsWith('/credentials'))).toEqual([`POST /api/v1/devices/${lost}/credentials`]);
  });

  it('leaves devices alone that it has no secrets of, and says what to do', async () => {
    await prepare();
    await rm(stateFile);
    const before = new Map(hub.secrets);
    await expect(prepare(createRoster({ size: 30, messagesPerSecond: 1 }))).rejects.toThrow(/has 25 of these devices already .*--state FILE.*--prefix.*--rotate/);
    expect(hub.secrets).toEqual(before);
    expect(count('PATCH')).toBe(0);
    expect(hub.devices.size).toBe(25);
  });

  it('runs a second fleet under another prefix beside the first', async () => {
    const first = await secretsOf();
    await rm(stateFile);
    const second = createRoster({ size: 25, prefix: 'x-' });
    expect((await prepare(second)).map(({ device }) => device.id)).toEqual(roster.map(({ id }) => `x-${id}`));
    for (const [id, secret] of Object.entries(first)) expect(hub.secrets.get(id)).toBe(secret);
  });

  it('does not use the secrets of another hub', async () => {
    await writeFile(path.join(folder, 'other.json'), JSON.stringify({ 'http://elsewhere': { [roster[0]?.id ?? '']: 'x' } }));
    const secrets = await openSecrets(path.join(folder, 'other.json'), hub.url);
    expect(secrets.get(roster[0]?.id ?? '')).toBeUndefined();
  });

  it('tells the hub when the pace has changed', async () => {
    await prepare();
    await prepare(createRoster({ size: 25, messagesPerSecond: 1 }));
    expect(count('PATCH')).toBe(25);
    for (const device of hub.devices.values()) expect(device.reportingIntervalS).toBe(50);
  });

  it('leaves out retired devices and those moved elsewhere, and follows those moved within the fleet', async () => {
    await prepare();
    const [first, second, third] = roster.map(({ id }) => hub.devices.get(id));
    if (!first || !second || !third) throw new Error('three devices expected');
    hub.devices.set(first.id, { ...first, status: 'retired' });
    hub.devices.set(second.id, { ...second, area: 'elsewhere' });
    hub.devices.set(third.id, { ...third, area: 'yunxi' });
    const ready = await prepare();
    expect(ready).toHaveLength(23);
    expect(ready.find(({ device }) => device.id === third.id)?.device.community).toBe('yunxi');
    expect(log).toEqual([expect.stringContaining(first.id), expect.stringContaining(second.id)]);
  });

  it('waits and asks again when the hub says later', async () => {
    hub.faults.set('POST /api/v1/areas', { status: 429, times: 1, headers: { 'retry-after': '2' } });
    hub.faults.set('GET /api/v1/devices', { status: 503, times: 2 });
    const slept: number[] = [];
    await setUp(roster, { hub: client({ slept }), secrets: await openSecrets(undefined, hub.url), log: () => undefined, mayRotate: false });
    expect(slept).toEqual([2000, 500, 1000]);
  });

  it('keeps the secrets it was given when it fails half-way', async () => {
    await prepare(roster.slice(0, 5));
    hub.devices.delete(roster[0]?.id ?? '');
    hub.faults.set('POST /api/v1/devices', { status: 500, times: 1 });
    await expect(prepare(roster)).rejects.toThrow('500');
    const kept = JSON.parse(await readFile(stateFile, 'utf8')) as Record<string, Record<string, string>>;
    for (const [id, secret] of hub.secrets) expect(kept[hub.url]?.[id]).toBe(secret);
    expect(Object.keys(kept[hub.url] ?? {}).length).toBeGreaterThan(5);
  });

  it('says in one sentence what a person can mend', async () => {
    const unwritable = await openSecrets(path.join(folder, 'folder/state.json'), hub.url);
    await writeFile(path.join(folder, 'folder'), '');
    const fail = (over: Parameters<typeof client>[0]) => setUp(roster, { hub: client(over), secrets: unwritable, log: () => undefined, mayRotate: false });
    await expect(fail({ token: 'wrong' })).rejects.toThrow(/refuses the token.*POST \/api\/v1\/tokens/);
    await expect(fail({ hubUrl: 'http://127.0.0.1:9' })).rejects.toThrow(/can't be reached.*--hub/);
    hub.faults.set('POST /api/v1/areas', { status: 403, times: 9 });
    await expect(fail({})).rejects.toThrow(/role admin/);
    hub.faults.clear();
    await expect(fail({})).rejects.toThrow(/can't be written.*--state/);
  });

  it('refuses a state file that is something else', async () => {
    await writeFile(path.join(folder, 'x'), '[1]');
    await expect(openSecrets(path.join(folder, 'x'), hub.url)).rejects.toThrow(/state file .* can't be used/);
  });

  it('waits for the hub to be ready, up to its limit', async () => {
    hub.readiness = 503;
    const slept: number[] = [];
    await expect(client({ slept }).waitUntilReady(2000)).rejects.toThrow('503');
    expect(slept).toHaveLength(4);
    hub.readiness = 200;
    await client().waitUntilReady(0);
  });
});
