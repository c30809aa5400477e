import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NewDevice } from '@liandong/protocols';
import { createDeviceService } from '../../src/devices/device-service.js';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases, refuseInserts } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
});
afterEach(async () => { await hub.destroy(); });

const bin: NewDevice = { id: 'bin-1', name: '东门垃圾桶', kind: 'waste_bin', area: 'east-grid' };
const EAST = { name: 'e', role: 'installer', area: 'east' } as const;

describeOnDatabases('a device that is removed', () => {
  it('is gone for screens and the audit log, though a file of it can not be deleted', async () => {
    const { db, clock, tree: areas, directory, refusals, changes, audit } = hub;
    await hub.devices.create(ROOT, bin);
    const devices = createDeviceService({ db, clock, areas, directory, refusals, changes, onRemoved: async () => { throw new Error('EACCES'); } });
    await expect(devices.remove(ROOT, 'bin-1')).rejects.toThrow('EACCES');
    expect(hub.published.at(-1)).toMatchObject({ kind: 'device', device: { id: 'bin-1', status: 'retired' } });
    expect((await audit.page({ limit: 1 })).data).toMatchObject([{ by: 'admin', action: 'device.deleted', target: 'bin-1' }]);
  });
});

describeOnDatabases('the audit row of a device', () => {
  it('is written with the change or neither is: made, changed, given new credentials, removed', async () => {
    await hub.devices.create(ROOT, bin);
    const before = await hub.devices.get(ROOT, 'bin-1');
    const secretOf = () => hub.db.selectFrom('device').select('secret_hash').where('id', '=', 'bin-1').executeTakeFirst();
    const secret = await secretOf();
    await refuseInserts(hub.db, 'audit', 'disk full');
    await expect(hub.devices.create(ROOT, { ...bin, id: 'bin-2' })).rejects.toThrow('disk full');
    await expect(hub.devices.patch(ROOT, 'bin-1', { name: 'other' })).rejects.toThrow('disk full');
    await expect(hub.devices.rotateCredentials(ROOT, 'bin-1')).rejects.toThrow('disk full');
    await expect(hub.devices.remove(ROOT, 'bin-1')).rejects.toThrow('disk full');
    expect((await hub.devices.list(ROOT, {})).data).toEqual([before]);
    expect(await secretOf()).toEqual(secret);
    expect(hub.published).toHaveLength(1);
  });
});

describeOnDatabases('a new device', () => {
  it('can sign in with the secret that is shown once', async () => {
    const { device, credentials } = await hub.devices.create(ROOT, bin);
    expect(device).toEqual({ ...bin, codec: 'native', reportingIntervalS: 60, status: 'provisioned' });
    expect(Buffer.from(credentials.password, 'base64url')).toHaveLength(16);
    expect(hub.directory.authenticate('bin-1', Buffer.from(credentials.password))).toMatchObject({ subdistrict: 'east', community: 'east-garden' });
    expect(hub.directory.authenticate('bin-1', Buffer.from('wrong'))).toBeUndefined();
    expect(hub.directory.authenticate('bin-2', Buffer.from(credentials.password))).toBeUndefined();
    expect(JSON.stringify([await hub.db.selectFrom('device').selectAll().execute(), await hub.db.selectFrom('audit').selectAll().execute()])).not.toContain(credentials.password);
  });

  it('is announced, and is there after a restart with the same secret', async () => {
    const { device, credentials } = await hub.devices.create(ROOT, { ...bin, location: { lng: 121.4, lat: 31.2 }, install: { depthMm: 1200 }, externalId: 'abc', reportingIntervalS: 30 });
    expect(hub.published).toMatchObject([{ kind: 'device', area: 'east-grid', device: { id: 'bin-1' } }]);
    await hub.close();
    hub = await openRegistry(hub.dir);
    expect(await hub.devices.get(ROOT, 'bin-1')).toEqual(device);
    expect(hub.directory.authenticate('bin-1', Buffer.from(credentials.password))).toBeDefined();
  });

  it.each([
    ['in a sub-district', { ...bin, area: 'east' }, 'AREA_NOT_COMMUNITY'],
    ['in an unknown area', { ...bin, area: 'nowhere' }, 'AREA_NOT_FOUND'],
  ])('%s is refused', async (_where, device, code) => {
    await expect(hub.devices.create(ROOT, device)).rejects.toMatchObject({ code });
    expect(hub.directory.size).toBe(0);
  });

  it('cannot have the name under which the hub itself signs in', async () => {
    await expect(hub.devices.create(ROOT, { ...bin, id: 'hub' })).rejects.toMatchObject({ code: 'DEVICE_EXISTS', message: expect.stringContaining('is reserved') as string });
    expect(hub.directory.size).toBe(0);
  });

  it('takes an id once, also when two arrive together', async () => {
    const results = await Promise.allSettled([hub.devices.create(ROOT, bin), hub.devices.create(ROOT, bin)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(hub.devices.create(ROOT, bin)).rejects.toMatchObject({ code: 'DEVICE_EXISTS' });
  });
});

describeOnDatabases('a new gateway that names no topic prefix', () => {
  const gateway = (id: string, more: Partial<NewDevice>): Promise<string | undefined> =>
    hub.devices.create(ROOT, { id, name: id, kind: 'gateway', area: 'east-garden', ...more }).then(({ device }) => device.topicPrefix);

  it('gets its format\'s own where the format has one, once', async () => {
    expect(await gateway('gw-1', { codec: 'zigbee2mqtt' })).toBe('zigbee2mqtt');
    expect(hub.directory.get('gw-1')?.device.topicPrefix).toBe('zigbee2mqtt');
    expect(hub.published.at(-1)).toMatchObject({ device: { id: 'gw-1', topicPrefix: 'zigbee2mqtt' } });
    expect(await gateway('gw-2', { codec: 'zigbee2mqtt' })).toBeUndefined();
    expect(await gateway('gw-3', { codec: 'tasmota', topicPrefix: 'site/tele' })).toBe('site/tele');
    expect(await gateway('gw-4', { codec: 'tasmota' })).toBe('tele');
    await expect(gateway('gw-5', { codec: 'tasmota', topicPrefix: 'tele/hall' })).rejects.toMatchObject({ code: 'TOPIC_PREFIX_TAKEN' });
  });

  it('is accepted without one where only its people know it; what is no gateway gets none', async () => {
    for (const codec of ['chirpstack', 'tts', 'sparkplug', 'native'] as const) expect(await gateway(`gw-${codec}`, { codec })).toBeUndefined();
    expect(await gateway('plug', { kind: 'env_sensor', codec: 'tasmota' })).toBeUndefined();
  });
});

describeOnDatabases('a changed device', () => {
  it('tells listeners its new place, keeps its sighting and can be retired', async () => {
    const { credentials } = await hub.devices.create(ROOT, bin);
    await hub.presence.seen(new Map([['bin-1', hub.clock.at]]));
    const told: (string | undefined)[] = [];
    hub.directory.onChange((_id, entry) => told.push(entry?.community));
    const moved = await hub.devices.patch(ROOT, 'bin-1', { area: 'west-garden', name: '西门' });
    expect(moved).toEqual({ ...bin, name: '西门', area: 'west-garden', codec: 'native', reportingIntervalS: 60, status: 'online', lastSeenAt: hub.clock.at });
    await hub.devices.patch(ROOT, 'bin-1', { status: 'retired' });
    expect(hub.directory.authenticate('bin-1', Buffer.from(credentials.password))).toBeUndefined();
    expect(told).toEqual(['west-garden', 'west-garden']);
    await expect(hub.devices.patch(ROOT, 'bin-1', { area: 'city' })).rejects.toMatchObject({ code: 'AREA_NOT_COMMUNITY' });
  });

  it('that moves is retired to the area it left, as it was there, and changed in its new one', async () => {
    await hub.devices.create(ROOT, bin);
    await hub.devices.patch(ROOT, 'bin-1', { area: 'west-garden', name: '西门' });
    const [, left, arrived, ...more] = hub.published;
    expect(left).toMatchObject({ area: 'east-grid', movedTo: 'west-garden', device: { ...bin, status: 'retired' } });
    expect(arrived).toMatchObject({ area: 'west-garden', device: { area: 'west-garden', name: '西门', status: 'provisioned' } });
    expect([more, arrived?.movedTo]).toEqual([[], undefined]);
    expect((await hub.changes.after(0, 10))?.slice(1)).toEqual([left, arrived]);
    await hub.devices.patch(ROOT, 'bin-1', { area: 'west-garden' });
    expect(hub.published).toHaveLength(4);
  });

  it('has one valid secret after a rotation', async () => {
    const before = await hub.devices.create(ROOT, bin);
    const after = await hub.devices.rotateCredentials(ROOT, 'bin-1');
    expect(hub.directory.authenticate('bin-1', Buffer.from(before.credentials.password))).toBeUndefined();
    expect(hub.directory.authenticate('bin-1', Buffer.from(after.credentials.password))).toBeDefined();
  });

  it('is gone when deleted: listeners are told, and its id is free there with a clean sheet', async () => {
    await hub.devices.create(ROOT, bin);
    hub.refusals.refuse({ device: 'bin-1', topic: 't/telemetry', payload: Buffer.from('x'), refusals: [{ reason: 'malformed_json' }] });
    await hub.devices.refusals(ROOT, 'bin-1');
    const told: unknown[] = [];
    hub.directory.onChange((id, entry) => told.push([id, entry]));
    await hub.devices.remove(ROOT, 'bin-1');
    expect(told).toEqual([['bin-1', undefined]]);
    expect(hub.published.at(-1)).toMatchObject({ device: { id: 'bin-1', status: 'retired' } });
    await expect(hub.devices.get(ROOT, 'bin-1')).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await hub.devices.create(ROOT, bin);
    expect(await hub.devices.refusals(ROOT, 'bin-1')).toEqual({ counts: {} });
  });
});

describeOnDatabases('the id of a deleted device', () => {
  const WEST = { name: 'w', role: 'installer', area: 'west' } as const;
  const GARDEN = { name: 'g', role: 'installer', area: 'east-garden' } as const;
  beforeEach(async () => {
    await hub.devices.create(ROOT, bin);
    await hub.devices.remove(ROOT, 'bin-1');
  });

  it('is taken elsewhere, where nobody may read what that device has left, also after a restart', async () => {
    await hub.close();
    hub = await openRegistry(hub.dir);
    for (const principal of [WEST, ROOT]) {
      await expect(hub.devices.create(principal, { ...bin, area: 'west-garden' })).rejects.toMatchObject({ code: 'DEVICE_EXISTS' });
    }
    await expect(hub.devices.get(ROOT, 'bin-1')).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    expect(await hub.db.selectFrom('device').select('id').execute()).toEqual([]);
  });

  it('is free within its community, more than once, for those who may see where it stood', async () => {
    for (const [principal, area] of [[EAST, 'east-garden'], [GARDEN, 'east-grid'], [ROOT, 'east-grid']] as const) {
      await hub.devices.create(principal, { ...bin, area });
      await hub.devices.remove(principal, 'bin-1');
    }
    expect(await hub.db.selectFrom('device_tombstone').selectAll().execute()).toEqual([{ id: 'bin-1', area: 'east-grid', deleted_at: hub.clock.at }]);
  });

  it('stays with the place where the device stood last', async () => {
    await hub.devices.create(ROOT, bin);
    await hub.devices.patch(ROOT, 'bin-1', { area: 'west-garden' });
    await hub.devices.remove(ROOT, 'bin-1');
    await expect(hub.devices.create(EAST, bin)).rejects.toMatchObject({ code: 'DEVICE_EXISTS' });
    await hub.devices.create(WEST, { ...bin, area: 'west-garden' });
  });
});

describeOnDatabases('a list of devices', () => {
  beforeEach(async () => {
    await hub.devices.create(ROOT, bin);
    await hub.devices.create(ROOT, { id: 'gate-1', name: 'North gate', kind: 'access_gate', area: 'east-garden' });
    await hub.devices.create(ROOT, { id: 'bin-2', name: '西门垃圾桶', kind: 'waste_bin', area: 'west-garden' });
  });

  it.each([
    ['nothing asked', {}, ['bin-1', 'bin-2', 'gate-1']],
    ['an area with what lies below', { area: 'east-garden' }, ['bin-1', 'gate-1']],
    ['a kind', { kind: 'access_gate' }, ['gate-1']],
    ['a status', { status: 'online' }, []],
    ['a part of the name, in any case', { q: 'NORTH' }, ['gate-1']],
    ['a part of the id', { q: 'bin-' }, ['bin-1', 'bin-2']],
  ] as const)('with %s', async (_what, query, ids) => {
    expect((await hub.devices.list(ROOT, query)).data.map(({ id }) => id)).toEqual(ids);
  });

  it('comes a page at a time', async () => {
    const first = await hub.devices.list(ROOT, { limit: 2 });
    const second = await hub.devices.list(ROOT, { limit: 2, cursor: first.next ?? '' });
    expect([first.data.length, second.data.map(({ id }) => id), second.next]).toEqual([2, ['gate-1'], undefined]);
    await expect(hub.devices.list(ROOT, { cursor: '!!' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('holds nothing of a foreign area, and that area is unknown', async () => {
    expect((await hub.devices.list(EAST, {})).data.map(({ id }) => id)).toEqual(['bin-1', 'gate-1']);
    await expect(hub.devices.list(EAST, { area: 'west' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(hub.devices.get(EAST, 'bin-2')).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await expect(hub.devices.patch(EAST, 'bin-1', { area: 'west-garden' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
  });
});
