import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EdgeRegistry } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AreaTree } from '../../src/areas/area-tree.js';
import { openDatabase, type Db } from '../../src/database/database.js';
import { createDeviceDirectory, type WritableDeviceDirectory } from '../../src/devices/device-directory.js';
import { EdgeClock } from '../../src/edge/edge-clock.js';
import { createEdgeState } from '../../src/edge/edge-state.js';
import type { HubAnswer } from '../../src/edge/hub-request.js';
import { RegistryKeeper } from '../../src/edge/registry-keeper.js';
import type { RuleChange } from '../../src/rules/rules-in-force.js';
import { rethrow } from '../support/rethrow.js';

const NOW = Date.UTC(2026, 10, 23, 8);
const rule = (id: string, version: number) => ({
  id, version, name: { zh: id, en: id }, message: { zh: id, en: id }, kinds: ['waste_bin' as const], enabled: true, onDelayS: 0, offDelayS: 0, local: true,
  type: 'state' as const, metric: 'tilted' as const, equals: true, severity: 'minor' as const, updatedAt: 1, updatedBy: 'hub',
});
const device = (id: string, hash = 'a') => ({ device: { id, name: id, kind: 'waste_bin' as const, area: 'xinghu', codec: 'native' as const, reportingIntervalS: 60, status: 'provisioned' as const }, secretHash: hash.repeat(64) });
const AREAS: EdgeRegistry['areas'] = [ // a child before its parent
  { id: 'xinghu', level: 'community', parent: 'loufeng', name: '星湖' }, { id: 'loufeng', level: 'subdistrict', parent: 'suzhou', name: '娄葑' }, { id: 'suzhou', level: 'city', name: '苏州' },
];

let folder: string;
let db: Db;
let directory: WritableDeviceDirectory;
let keeper: RegistryKeeper;
let clock: EdgeClock;
let changes: RuleChange[];
let told: string[];
let placed: number;
let ownTime: number;
let answer: (etag: string | undefined) => HubAnswer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liandong-keeper-'));
  db = await openDatabase(join(folder, 'edge.db'));
  directory = createDeviceDirectory(rethrow);
  [changes, told, placed, ownTime] = [[], [], 0, NOW];
  directory.onChange((id, entry) => { told.push(entry === undefined ? `-${id}` : id); });
  open();
  await keeper.start();
});
afterEach(async () => {
  await keeper.stop();
  await db.destroy();
  await rm(folder, { recursive: true });
});

function open(): void {
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const [state, ownClock] = [createEdgeState({ db }), { now: () => ownTime }];
  clock = new EdgeClock({ own: ownClock, state, logger });
  answer = () => { throw new Error('away'); };
  keeper = new RegistryKeeper({
    config: { mqttUrl: new URL('mqtt://hub'), hubUrl: new URL('http://hub'), ca: undefined, id: 'edge-1', secret: () => 's', order: 'in-order', backlogPerS: 1 },
    db, areas: new AreaTree(rethrow), directory, evaluator: { changeRule: async (change) => { changes.push(change); } }, state, clock, ownClock, onPlaced: () => { placed += 1; },
    get: async ({ etag }) => answer(etag), logger,
  });
}

async function hubSays(parts: Partial<EdgeRegistry>, etag = '"1"', date = new Date(NOW).toUTCString()): Promise<void> {
  const registry: EdgeRegistry = { edge: 'edge-1', subdistrict: 'loufeng', community: 'xinghu', areas: AREAS, devices: [], rules: [], ...parts };
  answer = (given) => given === etag ? { status: 304, etag, date, body: '' } : { status: 200, etag, date, body: JSON.stringify(registry) };
  await keeper.pull();
}

describe('the registry at an edge', () => {
  it('is the hub\'s: areas, devices and local rules', async () => {
    await hubSays({ devices: [device('bin-1')], rules: [rule('tilt', 3)] });
    expect(keeper.state()).toEqual({ state: 'ready' });
    expect(directory.get('bin-1')).toMatchObject({ community: 'xinghu', subdistrict: 'loufeng' });
    expect(changes).toMatchObject([{ id: 'tilt', version: 3 }]);
    expect(placed).toBe(1);
  });

  it('follows what changes, and disturbs nobody else', async () => {
    await hubSays({ devices: [device('bin-1'), device('bin-2'), device('bin-3')], rules: [rule('tilt', 3), rule('fire', 1)] });
    [told, changes] = [[], []];
    await hubSays({ devices: [device('bin-1'), device('bin-2', 'b')], rules: [rule('fire', 2)] }, '"2"');
    expect(told.sort()).toEqual(['-bin-3', 'bin-2']);
    expect(changes).toMatchObject([{ id: 'fire', version: 2 }, { id: 'tilt', version: 4, rule: undefined }]);
    expect(await db.selectFrom('device').select('id').orderBy('id').execute()).toEqual([{ id: 'bin-1' }, { id: 'bin-2' }]);
  });

  it('costs nothing when it is the same, and keeps what is known of presence', async () => {
    await hubSays({ devices: [device('bin-1')] });
    const entry = directory.get('bin-1');
    if (entry !== undefined) [entry.device.status, entry.device.lastSeenAt] = ['online', NOW];
    await db.updateTable('device').set({ status: 'online', last_seen_at: NOW }).execute();
    told = [];
    await keeper.pull();
    await hubSays({ devices: [device('bin-1')], rules: [rule('fire', 1)] }, '"2"');
    expect(told).toEqual([]);
    expect(directory.get('bin-1')?.device).toMatchObject({ status: 'online', lastSeenAt: NOW });
  });

  it('stands while the hub is away, also over a restart, and says so', async () => {
    await hubSays({ devices: [device('bin-1')] });
    answer = () => { throw new Error('connect ECONNREFUSED'); };
    await keeper.pull();
    expect(directory.get('bin-1')).toBeDefined();
    expect(keeper.state()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('ECONNREFUSED') as string });
    await keeper.stop();
    open();
    await keeper.load();
    expect(keeper.place).toMatchObject({ edge: 'edge-1', community: 'xinghu' });
  });

  it.each([
    ['refuses the credential', { status: 401, body: '{}' }, 'refuses the credential of edge edge-1'], ['is something else', { status: 404, body: '' }, 'is HUB_URL a hub\'s?'],
    ['answers nonsense', { status: 200, body: '{"devices":[]}' }, 'no registry'], ['answers half', { status: 200, body: '{"devic' }, 'JSON'],
  ])('stands when the hub %s', async (_what, given, words) => {
    await hubSays({ devices: [device('bin-1')] });
    answer = () => ({ etag: undefined, date: undefined, ...given });
    await keeper.pull();
    expect(directory.get('bin-1')).toBeDefined();
    expect(keeper.state().detail).toContain(words);
  });
});

describe('the clock of an edge', () => {
  it('that is an hour off is the hub\'s from the first answer on, also after a restart without the hub', async () => {
    ownTime = NOW + 3_600_000;
    await hubSays({});
    expect(Math.abs(clock.now() - NOW)).toBeLessThan(2_000);
    expect(clock.isWrong).toBe(true);
    open();
    await clock.load();
    expect(Math.abs(clock.now() - NOW)).toBeLessThan(2_000);
  });

  it('is not moved by the seconds that an answer is on its way', async () => {
    ownTime = NOW + 1_400;
    await hubSays({});
    expect(clock.offsetMs).toBe(0);
    expect(clock.isWrong).toBe(false);
  });
});
