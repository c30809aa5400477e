import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Decoded, RefusalReason } from '@liandong/protocols';
import { FITTER, hear, HERE, openProvisioning, type ProvisioningRig } from './provisioning.js';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
let rig: ProvisioningRig;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
  rig = openProvisioning(hub);
  const { claim } = await hub.devices.create(ROOT, { id: 'bin-1', name: 'bin', kind: 'waste_bin', area: 'east-garden', claim: true });
  await rig.claims.claim(FITTER, { code: claim?.code ?? '', area: 'east-garden' }, HERE);
  hub.clock.at += 1000;
});
afterEach(async () => { await hub.destroy(); });

const TOPIC = 'liandong/v1/east/east-garden/bin-1/telemetry';
const see = (decoded: Partial<Decoded>, payload = '{}', topic = TOPIC, isKept = true): void => {
  const device = hub.directory.get('bin-1');
  if (device !== undefined) rig.payloads.note({ device, topic, payload: Buffer.from(payload), decoded: { readings: [], events: [], refusals: [], ...decoded }, isKept });
};
const refuse = (reason: RefusalReason, detail?: string): void => {
  hub.refusals.refuse({ device: 'bin-1', topic: TOPIC, payload: Buffer.from('{}'), refusals: [{ reason, ...(detail === undefined ? {} : { detail }) }] });
};
const look = () => rig.installations.of(FITTER, 'bin-1');
const later = (ms: number): void => { hub.clock.at += ms; };

describeOnDatabases('why nothing comes', () => {
  const table: [string, () => void, string][] = [
    ['nothing was heard', () => undefined, 'never_connected'],
    ['it failed to sign in', () => rig.signIns.failed('bin-1'), 'wrong_password'],
    ['somebody else failed to', () => rig.signIns.failed('bin-2'), 'never_connected'],
    ['it signed in', () => rig.signIns.succeeded('bin-1'), 'connected_but_silent'],
    ['it signed in after it failed to', () => { rig.signIns.failed('bin-1'); later(1); rig.signIns.succeeded('bin-1'); }, 'connected_but_silent'],
    ['it failed to after it signed in', () => { rig.signIns.succeeded('bin-1'); later(1); rig.signIns.failed('bin-1'); }, 'wrong_password'],
    ['it used another topic', () => { rig.signIns.succeeded('bin-1'); refuse('not_your_topic'); }, 'wrong_topic'],
    ['it used another community', () => refuse('wrong_area'), 'wrong_topic'],
    ['its bytes mean nothing', () => refuse('malformed_bytes'), 'unknown_codec'],
    ['its JSON is broken', () => refuse('malformed_json'), 'payload_refused'],
    ['its time is long past', () => refuse('too_old'), 'clock_off'],
    ['its readings are of long ago', () => { refuse('too_old'); see({ readings: [{ ts: 1, values: { fill_level: 1 } }] }, '{}', TOPIC, false); }, 'clock_off'],
    ['its time is ahead', () => see({ readings: [{ ts: hub.clock.at + 3_600_000, values: { fill_level: 1 } }] }), 'clock_off'],
    ['readings come', () => hear(hub, rig, 'bin-1'), 'receiving'],
    ['readings come with something refused beside them', () => { refuse('unknown_metric'); hear(hub, rig, 'bin-1'); }, 'receiving'],
    ['readings come again after a refusal', () => { refuse('malformed_json'); later(1); hear(hub, rig, 'bin-1'); }, 'receiving'],
    ['a refusal comes after readings', () => { hear(hub, rig, 'bin-1'); later(1); refuse('malformed_json'); }, 'payload_refused'],
    ['an old box knocks while readings come', () => { hear(hub, rig, 'bin-1'); later(1000); rig.signIns.failed('bin-1'); }, 'receiving'],
  ];
  it.each(table)('%s', async (_what, happen, code) => {
    happen();
    const { diagnosis } = await look();
    expect(diagnosis.code).toBe(code);
    expect([diagnosis.zh, diagnosis.en].every((words) => words.length > 3)).toBe(true);
  });

  it('takes no reading that was not kept for the first one', async () => {
    see({ readings: [{ ts: 1, values: { fill_level: 1 } }] }, '{}', TOPIC, false);
    expect((await look()).acceptance.lacks).toContainEqual(expect.objectContaining({ code: 'no_reading' }));
  });

  it('forgets what was before the claim', async () => {
    rig.signIns.failed('bin-1');
    refuse('malformed_json');
    hear(hub, rig, 'bin-1');
    later(1000);
    const { code } = await rig.claims.makeCode(ROOT, 'bin-1');
    await rig.claims.claim(FITTER, { code, area: 'east-garden' }, HERE);
    expect((await look()).diagnosis.code).toBe('never_connected');
  });

  it('says of a gateway that it is there as soon as it is heard', async () => {
    await hub.devices.create(FITTER, { id: 'gw-1', name: 'gw', kind: 'gateway', area: 'east-garden' });
    await hub.presence.seen(new Map([['gw-1', hub.clock.at]]));
    const { diagnosis, acceptance } = await rig.installations.of(FITTER, 'gw-1');
    expect([diagnosis.code, acceptance.lacks.map(({ code }) => code)]).toEqual(['receiving', ['no_location']]);
  });
});

describeOnDatabases('a gateway without a topic prefix', () => {
  it('is told what it lacks, whatever else it does, until it has one', async () => {
    const codeOf = async (id: string) => (await rig.installations.of(FITTER, id)).diagnosis.code;
    await hub.devices.create(FITTER, { id: 'gw-1', name: 'gw', kind: 'gateway', area: 'east-garden', codec: 'chirpstack' });
    await hub.presence.seen(new Map([['gw-1', hub.clock.at]]));
    expect(await codeOf('gw-1')).toBe('no_topic_prefix');
    await hub.devices.patch(FITTER, 'gw-1', { topicPrefix: 'application/5' });
    expect(await codeOf('gw-1')).toBe('receiving');
  });

  it('that is native is a device like others, until it publishes for others', async () => {
    await hub.devices.create(FITTER, { id: 'gw-1', name: 'gw', kind: 'gateway', area: 'east-garden' });
    expect((await rig.installations.of(FITTER, 'gw-1')).diagnosis.code).toBe('never_connected');
    hub.refusals.refuse({ device: 'gw-1', topic: 'plant/x/telemetry', payload: Buffer.from('{}'), refusals: [{ reason: 'no_topic_prefix' }] });
    expect((await rig.installations.of(FITTER, 'gw-1')).diagnosis.code).toBe('no_topic_prefix');
  });
});

describeOnDatabases('the panel', () => {
  it('shows the payload and what it came to side by side', async () => {
    see({ readings: [{ values: { fill_level: 43, rssi: -87 } }], refusals: [{ reason: 'unknown_metric', detail: 'colour' }] }, '{"values":{"fill_level":43,"rssi":-87,"colour":1}}');
    rig.latest.update({ type: 'telemetry', device: 'bin-1', at: hub.clock.at, ts: hub.clock.at, values: { fill_level: 43 } });
    expect(await look()).toMatchObject({
      lastMessageAt: hub.clock.at, values: { fill_level: { value: 43, unit: '%' } },
      raw: { topic: TOPIC, payload: '{"values":{"fill_level":43,"rssi":-87,"colour":1}}', at: hub.clock.at },
      decoded: { values: { fill_level: 43, rssi: -87 }, events: [], refused: [{ reason: 'unknown_metric', detail: 'colour' }] },
      hasPhoto: false, acceptance: { accepted: false },
    });
  });

  it('holds at most 2 KiB, nothing of a biometric payload, and names nobody', async () => {
    see({ readings: [{ values: { fill_level: 1 } }] }, `{"values":{"fill_level":1},"pad":"${'x y '.repeat(2000)}"}`);
    expect((await look()).raw?.payload.length).toBeLessThanOrEqual(2048);
    see({ refusals: [{ reason: 'biometric' }] }, '{"face":"abc"}');
    expect((await look()).raw?.payload).toBe('');
    see({ events: [{ id: 'e1', type: 'granted', data: { credential: 'card-7' } }] }, '{"id":"e1","type":"granted","data":{"credential":"card-7"}}', TOPIC.replace('telemetry', 'event'));
    const shown = await look();
    expect(shown.decoded?.events).toEqual(['granted']);
    expect(JSON.stringify(shown)).not.toContain('card-7');
  });

  it('shows the refused payload where nothing was decoded, and no payload of an accepted device', async () => {
    hub.refusals.refuse({ device: 'bin-1', topic: TOPIC, payload: Buffer.from('not json'), refusals: [{ reason: 'malformed_json' }] });
    expect((await look()).raw).toMatchObject({ topic: TOPIC, payload: 'not json' });
    await hub.db.updateTable('device').set({ accepted: 1 }).execute();
    await hub.devices.load();
    see({ readings: [{ values: { fill_level: 1 } }] });
    expect(await look()).not.toHaveProperty('raw');
  });

  it('is not for those of another area', async () => {
    await expect(rig.installations.of({ ...FITTER, area: 'west' }, 'bin-1')).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
  });
});
