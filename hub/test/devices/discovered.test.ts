import { afterEach, beforeEach, expect, it } from 'vitest';
import { FITTER, openProvisioning, type ProvisioningRig } from './provisioning.js';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
let rig: ProvisioningRig;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
  for (const [id, area] of [['gw-1', 'east-garden'], ['gw-2', 'west-garden']] as const) await hub.devices.create(ROOT, { id, name: id, kind: 'gateway', area });
  rig = openProvisioning(hub, 5);
});
afterEach(async () => { await hub.destroy(); });

const note = (gateway: string, externalId: string, more: { name?: string; model?: string } = {}, sample = `{"of":"${externalId}"}`): void => {
  hub.clock.at += 1;
  rig.notes.note({ gateway, externalId, sample, now: hub.clock.at, ...more });
};
const names = async (gateway?: string): Promise<string[]> => (await rig.discovered.list(ROOT, gateway === undefined ? {} : { gateway })).data.map(({ externalId }) => externalId);

describeOnDatabases('discovered devices', () => {
  it('are gathered into one row each, the latest first, and keep their name', async () => {
    const first = hub.clock.at + 1;
    note('gw-1', 'a', { name: '阳台', model: 'TS0201' });
    note('gw-1', 'b');
    await rig.notes.flush();
    note('gw-1', 'a', {}, '{"latest":1}');
    expect((await rig.discovered.list(ROOT, {})).data).toEqual([
      { gateway: 'gw-1', externalId: 'a', name: '阳台', model: 'TS0201', firstSeenAt: first, lastSeenAt: first + 2, count: 2, sample: '{"latest":1}' },
      { gateway: 'gw-1', externalId: 'b', firstSeenAt: first + 1, lastSeenAt: first + 1, count: 1, sample: '{"of":"b"}' },
    ]);
  });

  it('are bounded for each gateway: those heard longest ago go, and another gateway\'s stay', async () => {
    note('gw-2', 'other');
    for (let index = 0; index < 8; index += 1) note('gw-1', `d${index}`);
    expect(await names()).toEqual(['d7', 'd6', 'd5', 'd4', 'd3', 'other']);
    note('gw-1', 'd3');
    note('gw-1', 'd9');
    expect(await names('gw-1')).toEqual(['d9', 'd3', 'd7', 'd6', 'd5']);
  });

  it('come a page at a time, however they are named', async () => {
    const long = '长'.repeat(128);
    for (const name of [long, 'b', '"c\n']) note('gw-1', name);
    const first = await rig.discovered.list(ROOT, { limit: 2 });
    const second = await rig.discovered.list(ROOT, { limit: 2, cursor: first.next ?? '' });
    expect([...first.data, ...second.data].map(({ externalId }) => externalId)).toEqual(['"c\n', 'b', long]);
    expect(second.next).toBeUndefined();
    for (const cursor of ['!!', Buffer.from('[1]').toString('base64url')]) await expect(rig.discovered.list(ROOT, { cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('of a foreign gateway are not there', async () => {
    note('gw-1', 'a');
    note('gw-2', 'b');
    expect((await rig.discovered.list(FITTER, {})).data.map(({ externalId }) => externalId)).toEqual(['a']);
    await expect(rig.discovered.list(FITTER, { gateway: 'gw-2' })).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
  });

  it('leave the list when they are registered, forgotten, or their gateway goes', async () => {
    for (const name of ['a', 'b', 'c']) note('gw-1', name);
    note('gw-2', 'd');
    await rig.notes.flush();
    const { device } = await hub.devices.create(FITTER, { id: 'sensor-a', name: 'a', kind: 'env_sensor', area: 'east-garden', gateway: 'gw-1', externalId: 'a' });
    expect(device.accepted).toBe(false);
    note('gw-1', 'a'); // was on its way
    await rig.notes.forget('gw-1', 'b');
    expect(await names()).toEqual(['d', 'c']);
    await hub.devices.remove(ROOT, 'gw-2');
    note('gw-2', 'd');
    expect(await names()).toEqual(['c']);
    expect(hub.errors).toEqual([]);
  });

  it('are written by the timer and at the stop', async () => {
    await rig.notes.start();
    note('gw-1', 'a');
    await rig.notes.stop();
    expect(await hub.db.selectFrom('discovered').select('external_id').execute()).toEqual([{ external_id: 'a' }]);
  });
});
