import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalRecord } from '@liandong/protocols';
import { createPresenceReader } from '../../src/devices/presence-reader.js';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
  await hub.devices.create(ROOT, { id: 'env-1', name: 'x', kind: 'env_sensor', area: 'east-garden' });
});
afterEach(async () => { await hub.destroy(); });

const read = (...records: JournalRecord[]) => createPresenceReader({ presence: hub.presence }).handle({ first: 1, last: records.length, records });
const telemetry = (at: number, device = 'env-1'): JournalRecord => ({ type: 'telemetry', device, ts: at, at, values: { noise: 50 } });
const status = (at: number, online: boolean, device = 'env-1'): JournalRecord => ({ type: 'status', device, at, online });
const stored = async () => (await hub.db.selectFrom('device').select('status').where('id', '=', 'env-1').executeTakeFirstOrThrow()).status;

describeOnDatabases('the presence reader', () => {
  it('takes what a device says in the order it was said, and has written it when it is done', async () => {
    const { at } = hub.clock;
    await read(telemetry(at));
    expect(await stored()).toBe('online');
    hub.clock.at += 5000;
    await read(telemetry(at + 5000), status(at + 5001, false));
    expect(await stored()).toBe('offline');
    hub.clock.at += 5000;
    await read(status(at + 9000, true), telemetry(at + 9001));
    expect(await stored()).toBe('online');
    expect(hub.directory.get('env-1')?.device.lastSeenAt).toBe(at + 9001);
  });

  it('may be given the same records again', async () => {
    const { at } = hub.clock;
    const records = [telemetry(at), status(at + 1, true)];
    await read(...records);
    await read(...records);
    expect(hub.published.map((change) => change.kind === 'device' && change.device.status)).toEqual(['provisioned', 'online']);
  });

  it('writes the return of many devices in a few transactions', async () => {
    const row = await hub.db.selectFrom('device').selectAll().executeTakeFirstOrThrow();
    const many = Array.from({ length: 400 }, (_, index) => `many-${index}`);
    for (const id of many) await hub.db.insertInto('device').values({ ...row, id }).execute();
    await hub.devices.load();
    let transactions = 0;
    const begin = hub.db.transaction.bind(hub.db);
    hub.db.transaction = () => {
      transactions += 1;
      return begin();
    };
    await read(...many.map((id) => status(hub.clock.at, true, id)));
    expect(await hub.db.selectFrom('device').select('id').where('status', '=', 'online').execute()).toHaveLength(400);
    expect(transactions).toBeLessThanOrEqual(many.length / 100 + 1); // a hundred each, and the reader's own
  });

  it('ignores devices that are gone', async () => {
    await read(telemetry(hub.clock.at, 'nobody'), status(hub.clock.at, true, 'nobody'));
    expect(hub.published).toHaveLength(1);
  });
});
