import { afterEach, beforeEach, expect, it } from 'vitest';
import { wgs84ToGcj02, type DeviceStatus, type NewDevice } from '@liandong/protocols';
import { auditOf, INSIDE } from './provisioning.js';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
  await hub.devices.create(ROOT, { id: 'gw-1', name: 'gateway', kind: 'gateway', area: 'east-garden', codec: 'chirpstack', topicPrefix: 'application/5' });
  await hub.devices.create(ROOT, { id: 'bin-1', name: 'bin', kind: 'waste_bin', area: 'east-garden', gateway: 'gw-1', externalId: '24e1' });
});
afterEach(async () => { await hub.destroy(); });

const bin: NewDevice = { id: 'bin-2', name: 'bin', kind: 'waste_bin', area: 'east-garden' };
const gateway: NewDevice = { id: 'gw-2', name: 'gateway', kind: 'gateway', area: 'east-garden' };

describeOnDatabases('ties of a device', () => {
  it.each<[string, NewDevice, string]>([
    ['a gateway that is not there', { ...bin, gateway: 'gw-9', externalId: 'a' }, 'GATEWAY_WRONG'],
    ['a gateway that is a bin', { ...bin, gateway: 'bin-1', externalId: 'a' }, 'GATEWAY_WRONG'],
    ['an external id that is taken', { ...bin, gateway: 'gw-1', externalId: '24e1' }, 'EXTERNAL_ID_TAKEN'],
    ['a topic prefix on a bin', { ...bin, topicPrefix: 'x' }, 'TOPIC_PREFIX_WRONG'],
    ['our own topics', { ...gateway, topicPrefix: 'liandong/v1/east' }, 'TOPIC_PREFIX_WRONG'],
    ['the root of our own topics', { ...gateway, topicPrefix: 'liandong/' }, 'TOPIC_PREFIX_WRONG'],
    ['a prefix that is taken', { ...gateway, topicPrefix: 'application/5/' }, 'TOPIC_PREFIX_TAKEN'],
    ['a prefix below another', { ...gateway, topicPrefix: 'application/5/device' }, 'TOPIC_PREFIX_TAKEN'],
    ['a prefix above another', { ...gateway, topicPrefix: 'application' }, 'TOPIC_PREFIX_TAKEN'],
  ])('%s is refused at making and at changing', async (_what, device, code) => {
    await expect(hub.devices.create(ROOT, device)).rejects.toMatchObject({ code });
    const { id, name, area, kind } = device;
    await hub.devices.create(ROOT, { id, name, area, kind });
    const { gateway: carrier, externalId, topicPrefix } = device;
    const patch = { ...(carrier === undefined ? {} : { gateway: carrier }), ...(externalId === undefined ? {} : { externalId }), ...(topicPrefix === undefined ? {} : { topicPrefix }) };
    await expect(hub.devices.patch(ROOT, id, patch)).rejects.toMatchObject({ code });
    expect(await hub.devices.get(ROOT, id)).not.toHaveProperty('gateway');
  });

  it('allows neighbours, the same name behind another gateway, and a change that keeps its own', async () => {
    await hub.devices.create(ROOT, { ...gateway, topicPrefix: 'application/55/' });
    expect((await hub.devices.get(ROOT, 'gw-2')).topicPrefix).toBe('application/55');
    await hub.devices.create(ROOT, { ...bin, gateway: 'gw-2', externalId: '24e1' });
    expect(await hub.devices.patch(ROOT, 'bin-1', { gateway: 'gw-1', externalId: '24e1', payloadCodec: 'milesight' })).toMatchObject({ payloadCodec: 'milesight' });
    expect(await hub.devices.patch(ROOT, 'gw-1', { topicPrefix: 'application/5' })).toMatchObject({ topicPrefix: 'application/5' });
    // The external id it has already, behind a gateway where it is taken.
    await expect(hub.devices.patch(ROOT, 'bin-2', { gateway: 'gw-1' })).rejects.toMatchObject({ code: 'EXTERNAL_ID_TAKEN' });
    expect(hub.directory.get('bin-2')?.device.gateway).toBe('gw-2');
  });

  it('a gateway in a foreign area is not there', async () => {
    const east = { name: 'e', role: 'installer', area: 'west' } as const;
    await expect(hub.devices.create(east, { ...bin, area: 'west-garden', gateway: 'gw-1', externalId: 'x' })).rejects.toMatchObject({ code: 'GATEWAY_WRONG' });
  });

  it('one prefix goes to one of two gateways that ask together', async () => {
    const results = await Promise.allSettled(['gw-2', 'gw-3'].map((id) => hub.devices.create(ROOT, { ...gateway, id, topicPrefix: 'zigbee2mqtt' })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describeOnDatabases('a change', () => {
  it('is audited with who, what it was and what it is', async () => {
    await hub.devices.patch(ROOT, 'bin-1', { externalId: '24e2', name: '东门', location: INSIDE });
    expect((await auditOf(hub, 'bin-1')).at(-1)).toEqual(['admin', 'device.changed', 'externalId: 24e1 → 24e2; name: bin → 东门; location: – → {"lng":121.47,"lat":31.23}']);
  });

  it('takes places as Chinese maps name them', async () => {
    const { location } = await hub.devices.patch(ROOT, 'bin-1', { location: wgs84ToGcj02(INSIDE), datum: 'GCJ-02' });
    expect([location?.lng.toFixed(6), location?.lat.toFixed(6)]).toEqual(['121.470000', '31.230000']);
    const made = await hub.devices.create(ROOT, { ...bin, location: INSIDE, datum: 'WGS-84' });
    expect(made.device).toMatchObject({ location: INSIDE });
    expect(made.device).not.toHaveProperty('datum');
  });
});

describeOnDatabases('the life-cycle', () => {
  const table: [DeviceStatus, 'maintenance' | 'provisioned' | 'retired', boolean][] = [
    ['provisioned', 'maintenance', true], ['online', 'maintenance', true], ['offline', 'maintenance', true], ['retired', 'maintenance', false],
    ['maintenance', 'provisioned', true], ['retired', 'provisioned', true], ['online', 'provisioned', false], ['offline', 'provisioned', false],
    ['provisioned', 'retired', true], ['online', 'retired', true], ['offline', 'retired', true], ['maintenance', 'retired', true],
  ];
  it.each(table)('%s → %s: %s', async (from, to, isAllowed) => {
    await hub.db.updateTable('device').set({ status: from }).where('id', '=', 'bin-1').execute();
    await hub.devices.load();
    const change = hub.devices.patch(ROOT, 'bin-1', { status: to });
    if (isAllowed) {
      expect((await change).status).toBe(to);
      expect((await auditOf(hub, 'bin-1')).at(-1)).toEqual(['admin', 'device.changed', `status: ${from} → ${to}`]);
    } else {
      await expect(change).rejects.toMatchObject({ code: 'STATUS_TRANSITION', status: 409 });
      expect((await hub.devices.get(ROOT, 'bin-1')).status).toBe(from);
    }
  });
});
