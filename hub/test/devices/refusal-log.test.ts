import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RefusalReason } from '@liandong/protocols';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
  await hub.devices.create(ROOT, { id: 'gate-1', name: 'x', kind: 'access_gate', area: 'east-garden' });
});
afterEach(async () => { await hub.destroy(); });

function refuse(payload: string, { kind = 'event', reason = 'bad_event', device = 'gate-1', detail = '' }: { kind?: string; reason?: RefusalReason; device?: string; detail?: string } = {}): void {
  hub.refusals.refuse({ device, topic: `liandong/v1/east/east-garden/gate-1/${kind}`, payload: Buffer.from(payload), refusals: [detail === '' ? { reason } : { reason, detail }] });
}
const kept = async () => (await hub.devices.refusals(ROOT, 'gate-1')).last?.payload;

describeOnDatabases('refusals', () => {
  it('are counted by reason with the last payload, and survive a restart', async () => {
    refuse('{', { kind: 'telemetry', reason: 'malformed_json' });
    refuse('{', { kind: 'telemetry', reason: 'malformed_json' });
    await hub.devices.refusals(ROOT, 'gate-1');
    hub.clock.at += 5;
    refuse('{"values":{"fill":1}}', { kind: 'telemetry', reason: 'unknown_metric', detail: 'fill' });
    const expected = {
      counts: { malformed_json: 2, unknown_metric: 1 },
      last: { at: hub.clock.at, reason: 'unknown_metric', detail: 'fill', topic: 'liandong/v1/east/east-garden/gate-1/telemetry', payload: '{"values":{"fill":1}}' },
    };
    expect(await hub.devices.refusals(ROOT, 'gate-1')).toEqual(expected);
    await hub.refusals.start();
    refuse('{', { kind: 'telemetry', reason: 'malformed_json' });
    await hub.close();
    hub = await openRegistry(hub.dir);
    expect((await hub.devices.refusals(ROOT, 'gate-1')).counts).toEqual({ malformed_json: 3, unknown_metric: 1 });
  });

  it('of one message are all counted, the last one is shown, and its payload is taken once', async () => {
    let takenTimes = 0;
    const payload = Buffer.from('{"values":{"a":1,"b":1}}');
    const subarray = payload.subarray.bind(payload);
    payload.subarray = (start, end) => { takenTimes += 1; return subarray(start, end); };
    const refusals = Array.from({ length: 7_498 }, (_, index) => ({ reason: 'unknown_metric' as const, detail: `m${index}` }));
    hub.refusals.refuse({ device: 'gate-1', topic: 'x/telemetry', payload, refusals: [...refusals, { reason: 'too_old' }] });
    expect(takenTimes).toBe(1);
    expect(await hub.devices.refusals(ROOT, 'gate-1')).toMatchObject({ counts: { unknown_metric: 7_498, too_old: 1 }, last: { reason: 'too_old', payload: '{"values":{"a":1,"b":1}}' } });
    expect([...hub.refusals.totals()]).toEqual([['unknown_metric', 7_498], ['too_old', 1]]);
  });

  it('of unknown senders only add to the totals', () => {
    hub.refusals.refuse({ device: undefined, topic: 'x', payload: Buffer.from('x'), refusals: [{ reason: 'unknown_device' }] });
    refuse('x', { device: 'nobody', reason: 'unknown_device' });
    expect([...hub.refusals.totals()]).toEqual([['unknown_device', 2]]);
  });

  it('are kept by a database that comes back', async () => {
    await hub.db.schema.alterTable('device_refusal').renameTo('away').execute();
    refuse('x');
    await expect(hub.devices.refusals(ROOT, 'gate-1')).rejects.toThrow();
    await hub.db.schema.alterTable('away').renameTo('device_refusal').execute();
    refuse('y');
    expect((await hub.devices.refusals(ROOT, 'gate-1')).counts).toEqual({ bad_event: 2 });
  });
});

describeOnDatabases('a refused payload', () => {
  it('is not kept at all when it is biometric', async () => {
    refuse('{"data":{"faceImage":"abc"}}', { reason: 'biometric' });
    expect(await kept()).toBe('');
  });

  it('is not kept either when another part of it was refused after the biometric one', async () => {
    hub.refusals.refuse({ device: 'gate-1', topic: 'x/event', payload: Buffer.from('[{"data":{"faceImage":"abc"}},{}]'), refusals: [{ reason: 'biometric' }, { reason: 'bad_event' }] });
    expect(await kept()).toBe('');
  });

  it.each([
    ['JSON', '{"type":"granted","data":{"credential":"SECRET","name":"SECRET","employeeNoString":"SECRET","Card":{"no":"SECRET"},"method":"card"}}'],
    ['JSON with the names that pseudonyms know', '{"data":{"plateNo":"沪ASECRET","License_Plate":"SECRET","personName":"SECRET","id-card":"SECRET","mobile":"SECRET","cardNumber":"SECRET"}}'],
    ['broken JSON with one of them', '{"plateNo":"SECRET",'],
    ['broken JSON', '{"data":{"credential": "SECRET", "cardNo":SECRET,"phone":\'SECRET\', "idNumber":"SEC\\"RET SECRET"'],
    ['a nested value of broken JSON', '{"data":{"card":{"no":"SECRET"},"door":"SECRET"'],
    ['a picture in broken JSON', '{"snapshot":"SECRET'],
    ['a long encoded run', `{"blob":"${'SECRET'.repeat(20)}"}`],
    ['a payload that is cut off', `{"pad":"${'ab cd '.repeat(330)}","credential":"SECRET ${'x '.repeat(300)}"}`],
  ])('keeps nothing personal of %s', async (_what, payload) => {
    refuse(payload);
    expect(await kept()).not.toContain('SECRET');
    expect(await kept()).toContain('***');
  });

  it('keeps what helps to find the fault', async () => {
    refuse('{"id":"1","typ":"granted","data":{"method":"card","credential":"A"}}');
    expect(await kept()).toBe('{"id":"1","typ":"granted","data":{"method":"card","credential":"***"}}');
  });

  it('shows a number that is too large as it was sent, and still nothing personal', async () => {
    refuse('{"values":{"fill_level":1e999}}', { kind: 'telemetry', reason: 'not_finite' });
    expect(await kept()).toBe('{"values":{"fill_level":1e999}}');
    refuse('{"data":{"x":-1e999,"credential":"SECRET"}}');
    expect(await kept()).toBe('{"data":{"x":-1e999,"credential":***}}');
  });

  it('masks long numbers on event topics and on unknown ones, and leaves readings alone', async () => {
    refuse('{"no":13800000000,"x":"id 310101199001011234"}');
    expect(await kept()).toBe('{"no":***,"x":"id ***"}');
    refuse('13800000000', { kind: 'evnt', reason: 'unknown_topic' });
    expect(await kept()).toBe('***');
    refuse('{"ts":1763900000000,"values":{"x":1}}', { kind: 'telemetry', reason: 'unknown_metric' });
    expect(await kept()).toBe('{"ts":1763900000000,"values":{"x":1}}');
  });

  it('is at most 2 KiB, and a copy of the broker\'s buffer', async () => {
    const buffer = Buffer.from('a b '.repeat(20_000));
    hub.refusals.refuse({ device: 'gate-1', topic: 'x/telemetry', payload: buffer, refusals: [{ reason: 'payload_too_large' }] });
    buffer.fill(0x7a);
    expect(await kept()).toBe('a b '.repeat(512));
  });

  it('survives JSON ten thousand levels deep', async () => {
    refuse('['.repeat(10_000) + ']'.repeat(10_000), { reason: 'too_deep' });
    expect((await kept())?.length).toBe(2048);
    refuse('['.repeat(1000) + ']'.repeat(1000), { reason: 'too_deep' });
    expect((await kept())?.length).toBe(2000);
  });
});
