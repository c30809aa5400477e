import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  hub = await openRegistry();
  await addPlaces(hub);
  await hub.devices.create(ROOT, { id: 'env-1', name: 'x', kind: 'env_sensor', area: 'east-garden', reportingIntervalS: 10 });
  await hub.presence.start();
});
afterEach(async () => {
  await hub.destroy();
  vi.useRealTimers();
  expect(hub.errors).toEqual([]);
});

const status = () => hub.directory.get('env-1')?.device.status;
const stored = () => hub.db.selectFrom('device').select(['status', 'last_seen_at']).where('id', '=', 'env-1').executeTakeFirstOrThrow();
const announced = () => hub.published.slice(1).map((change) => (change.kind === 'device' ? change.device.status : change.kind));
const seen = (at = hub.clock.at) => hub.presence.seen(new Map([['env-1', at]]));

/** Moves the clock in steps of the presence tick, and lets each tick finish. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    hub.clock.at += 1000;
    vi.advanceTimersByTime(1000);
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
}

describeOnDatabases('presence', () => {
  it('brings a device online at its first sighting, once, in memory, on disk and on screens', async () => {
    await seen();
    hub.clock.at += 5;
    await seen();
    expect([status(), await stored(), announced()]).toEqual(['online', { status: 'online', last_seen_at: hub.clock.at - 5 }, ['online']]);
    expect(hub.directory.get('env-1')?.device.lastSeenAt).toBe(hub.clock.at);
  });

  it('writes sightings down every few seconds, not each', async () => {
    await seen();
    const before = hub.clock.at;
    await pass(2);
    await seen();
    expect((await stored()).last_seen_at).toBe(before);
    await pass(3);
    await expect.poll(async () => (await stored()).last_seen_at).toBe(before + 2000);
  });

  it('calls a device offline after three silent intervals, and not before', async () => {
    await seen();
    await pass(30);
    expect(status()).toBe('online');
    await pass(1);
    await expect.poll(() => status()).toBe('offline');
    expect(announced()).toEqual(['online', 'offline']);
    hub.clock.at += 1000;
    await seen();
    expect(status()).toBe('online');
  });

  it('gives every device a full window after the hub has started', async () => {
    await seen();
    await hub.close();
    const { at } = hub.clock;
    hub = await openRegistry(hub.dir);
    hub.clock.at = at + 3_600_000;
    await hub.presence.start();
    await pass(30);
    expect(status()).toBe('online');
    await pass(1);
    await expect.poll(() => status()).toBe('offline');
  });

  it('believes a device that says it is there or not, and tells screens of a flapping one at most once a second', async () => {
    for (const said of ['online', 'offline', 'online', 'offline'] as const) {
      await hub.presence.setStatus('env-1', said, hub.clock.at);
      hub.clock.at += 1;
    }
    expect(announced()).toEqual(['online']);
    await pass(1);
    await expect.poll(() => announced()).toEqual(['online', 'offline']);
    expect((await stored()).status).toBe('offline');
  });

  it('is not moved back by news that is older than what it knows', async () => {
    await seen();
    await pass(2);
    await hub.presence.setStatus('env-1', 'offline', hub.clock.at);
    await seen(hub.clock.at - 500);
    await hub.presence.setStatus('env-1', 'online', hub.clock.at - 500);
    expect(status()).toBe('offline');
  });

  it('does not bring a device online for what a late journal tells of long ago', async () => {
    await seen(hub.clock.at - 31_000);
    expect([status(), hub.directory.get('env-1')?.device.lastSeenAt]).toEqual(['provisioned', hub.clock.at - 31_000]);
  });

  it.each(['maintenance', 'retired'] as const)('leaves a device in %s alone', async (set) => {
    await seen();
    await hub.devices.patch(ROOT, 'env-1', { status: set });
    await pass(2);
    await seen();
    await hub.presence.setStatus('env-1', 'offline', hub.clock.at);
    await pass(40);
    expect([status(), (await stored()).status]).toEqual([set, set]);
  });

  it('writes down what it still holds when it stops', async () => {
    await seen();
    hub.clock.at += 700;
    await seen();
    await hub.presence.stop();
    expect((await stored()).last_seen_at).toBe(hub.clock.at);
  });

  it('announces many devices at once', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => `many-${index}`);
    const row = await hub.db.selectFrom('device').selectAll().executeTakeFirstOrThrow();
    for (const id of many) await hub.db.insertInto('device').values({ ...row, id }).execute();
    await hub.devices.load();
    await hub.presence.seen(new Map(many.map((id) => [id, hub.clock.at])));
    expect(await hub.db.selectFrom('device').select('id').where('status', '=', 'online').execute()).toHaveLength(1200);
    hub.clock.at += 9;
    await hub.presence.seen(new Map(many.map((id) => [id, hub.clock.at])));
    await hub.presence.stop();
    expect(await hub.db.selectFrom('device').select('id').where('last_seen_at', '=', hub.clock.at).execute()).toHaveLength(1200);
  });
});

describeOnDatabases('presence, after the hub\'s clock was set back by a day', () => {
  const DAY_MS = 86_400_000;

  it('believes a silent device at its next report, and shows when that was', async () => {
    await seen();
    await pass(31);
    await expect.poll(() => status()).toBe('offline');
    hub.clock.at -= DAY_MS;
    await pass(2);
    await seen();
    expect([status(), hub.directory.get('env-1')?.device.lastSeenAt]).toEqual(['online', hub.clock.at]);
  });

  it('follows it at a sighting too, when that comes before the tick', async () => {
    await seen();
    await pass(2);
    await hub.presence.setStatus('env-1', 'offline', hub.clock.at);
    expect(status()).toBe('offline');
    hub.clock.at -= DAY_MS;
    await seen();
    await pass(2);
    await expect.poll(() => status()).toBe('online');
  });

  it('notices a device that dies, and writes down a time that has been', async () => {
    await seen();
    hub.clock.at -= DAY_MS;
    await pass(6);
    await expect.poll(async () => (await stored()).last_seen_at).toBeLessThanOrEqual(hub.clock.at);
    await pass(26);
    await expect.poll(() => status()).toBe('offline');
  });

  it('does not go back to the future for what was received before', async () => {
    await seen();
    const before = hub.clock.at;
    hub.clock.at -= DAY_MS;
    await seen(before);
    await pass(32);
    await expect.poll(() => status()).toBe('offline');
    await seen();
    expect(status()).toBe('online');
  });

  it('is right as well when the hub was down meanwhile', async () => {
    await seen();
    await hub.close();
    const { at } = hub.clock;
    hub = await openRegistry(hub.dir);
    hub.clock.at = at - DAY_MS;
    await hub.presence.start();
    await pass(31);
    await expect.poll(() => status()).toBe('offline');
    await pass(1);
    await seen();
    expect(status()).toBe('online');
  });
});
