import { afterEach, beforeEach, expect, it } from 'vitest';
import { wgs84ToGcj02 } from '@liandong/protocols';
import { claimHash } from '../../src/devices/claim-code.js';
import { MOST_WRONG_TRIES } from '../../src/devices/claim-tries.js';
import { addOutline, auditOf, FITTER, hear, HERE, INSIDE, openProvisioning, OUTSIDE, type ProvisioningRig } from './provisioning.js';
import { addPlaces, openRegistry, ROOT, type Registry } from './registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
let rig: ProvisioningRig;
beforeEach(async () => {
  hub = await openRegistry();
  await addPlaces(hub);
  rig = openProvisioning(hub);
});
afterEach(async () => { await hub.destroy(); });

/** A device in the box; answers its code. */
async function prepare(id = 'bin-1', area = 'east-garden'): Promise<string> {
  const { claim } = await hub.devices.create(ROOT, { id, name: id, kind: 'waste_bin', area, claim: true });
  return claim?.code ?? '';
}
const wrong = (index: number): string => `0000-0000-0000-000${index}`;
const HOUR_MS = 3_600_000;

describeOnDatabases('a claim', () => {
  it('with a dead zone as deep as the bin is refused, and the code stays good', async () => {
    const code = await prepare();
    await expect(rig.claims.claim(FITTER, { code, area: 'east-garden', install: { depthMm: 1000, deadZoneMm: 1000 } }, HERE)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults: [{ path: '/install/deadZoneMm', keyword: 'maximum', limit: 999 }], detailZh: expect.any(String) as string });
    expect((await rig.claims.claim(FITTER, { code, area: 'east-garden', install: { depthMm: 1000, deadZoneMm: 200 } }, HERE)).device.install).toEqual({ depthMm: 1000, deadZoneMm: 200 });
  });
});

describeOnDatabases('a claim code', () => {
  it('has 80 bits in letters that can not be mistaken, and is kept as a hash only', async () => {
    const code = await prepare();
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    const kept = await hub.db.selectFrom('device').selectAll().executeTakeFirstOrThrow();
    expect(kept.claim_hash).toBe(claimHash(code));
    expect(JSON.stringify([kept, await hub.db.selectFrom('audit').selectAll().execute(), await hub.db.selectFrom('change').selectAll().execute()])).not.toContain(code);
  });

  it('is read however it is typed', () => {
    const hash = claimHash('10AB-CDEF-GH10-0123');
    for (const typed of ['10abcdefgh100123', ' lO ab cd ef gh Io 0123 ', '１０ＡＢ-CDEF-GH10-O123']) expect(claimHash(typed)).toBe(hash);
    expect(claimHash('10AB-CDEF-GH10-0124')).not.toBe(hash);
  });

  it('replaces the one before, and tells where the phone goes', async () => {
    const first = await prepare();
    const { code, url } = await rig.claims.makeCode(FITTER, 'bin-1');
    expect(url).toBe(`/install?code=${code}`);
    await expect(rig.claims.claim(FITTER, { code: first, area: 'east-garden' }, HERE)).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
    expect((await rig.claims.claim(FITTER, { code, area: 'east-garden' }, HERE)).device.id).toBe('bin-1');
    expect((await auditOf(hub, 'bin-1')).map(([by, action]) => `${by} ${action}`)).toEqual(['admin device.created', 'fitter device.claim-code-made', 'fitter device.claimed']);
  });
});

describeOnDatabases('a claim', () => {
  it('places the device, gives it new credentials and leaves it un-accepted', async () => {
    const { credentials: before, claim } = await hub.devices.create(ROOT, { id: 'bin-1', name: 'in a box', kind: 'waste_bin', area: 'east-garden', claim: true });
    const { device, credentials, acceptance } = await rig.claims.claim(FITTER, {
      code: claim?.code.toLowerCase() ?? '', area: 'east-grid', name: '东门', location: wgs84ToGcj02(INSIDE), datum: 'GCJ-02', install: { depthMm: 1200, deadZoneMm: 100 }, reportingIntervalS: 30,
    }, HERE);
    expect(device).toMatchObject({ id: 'bin-1', name: '东门', area: 'east-grid', install: { depthMm: 1200, deadZoneMm: 100 }, reportingIntervalS: 30, accepted: false });
    expect(device.location?.lng).toBeCloseTo(INSIDE.lng, 6);
    expect(device.location?.lat).toBeCloseTo(INSIDE.lat, 6);
    expect(acceptance.lacks.map(({ code }) => code)).toEqual(['no_reading']);
    expect(hub.directory.authenticate('bin-1', Buffer.from(before.password))).toBeUndefined();
    expect(hub.directory.authenticate('bin-1', Buffer.from(credentials.password))).toBeDefined();
    expect(hub.published.at(-1)).toMatchObject({ kind: 'device', device: { name: '东门', accepted: false } });
  });

  it('of ten that come together with one code, one gets the device', async () => {
    const code = await prepare();
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => rig.claims.claim(FITTER, { code, area: 'east-garden' }, { address: `10.0.0.${index}` })));
    const won = results.flatMap((result) => result.status === 'fulfilled' ? [result.value] : []);
    expect(won).toHaveLength(1);
    expect(hub.directory.authenticate('bin-1', Buffer.from(won[0]?.credentials.password ?? ''))).toBeDefined();
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CLAIM_CODE_WRONG' });
  });

  it('is answered again when the same form is sent again by the same person, and to nobody else', async () => {
    const code = await prepare();
    const form = { ...HERE, formId: 'form-1' };
    await rig.claims.claim(FITTER, { code, area: 'east-garden' }, form);
    const { device, credentials } = await rig.claims.claim(FITTER, { code, area: 'east-garden' }, form);
    expect([device.id, hub.directory.authenticate('bin-1', Buffer.from(credentials.password)) !== undefined]).toEqual(['bin-1', true]);
    await expect(rig.claims.claim({ ...FITTER, name: 'other' }, { code, area: 'east-garden' }, form)).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
    await expect(rig.claims.claim(FITTER, { code, area: 'east-garden' }, { ...HERE, formId: 'form-2' })).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
    expect(hub.directory.authenticate('bin-1', Buffer.from(credentials.password))).toBeDefined();
  });

  it('reaches no device of a foreign area and none that is retired, and places none there', async () => {
    const foreign = await prepare('bin-w', 'west-garden');
    await expect(rig.claims.claim(FITTER, { code: foreign, area: 'east-garden' }, HERE)).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
    const code = await prepare();
    await expect(rig.claims.claim(FITTER, { code, area: 'west-garden' }, HERE)).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(rig.claims.claim(FITTER, { code, area: 'east' }, HERE)).rejects.toMatchObject({ code: 'AREA_NOT_COMMUNITY' });
    await hub.devices.patch(ROOT, 'bin-1', { status: 'retired' });
    await expect(rig.claims.claim(FITTER, { code, area: 'east-garden' }, HERE)).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
    expect((await rig.claims.claim(ROOT, { code: foreign, area: 'west-garden' }, HERE)).device.id).toBe('bin-w');
  });

  it('is refused to a source for an hour after five wrong codes, also after a restart and with the right code', async () => {
    const code = await prepare();
    for (let index = 0; index < MOST_WRONG_TRIES; index += 1) {
      await expect(rig.claims.claim(FITTER, { code: wrong(index), area: 'east-garden' }, HERE)).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
      hub.clock.at += 60_000;
    }
    await hub.close();
    const { at } = hub.clock;
    hub = await openRegistry(hub.dir);
    hub.clock.at = at;
    rig = openProvisioning(hub);
    await expect(rig.claims.claim(FITTER, { code, area: 'east-garden' }, HERE)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterS: 3600 - 5 * 60 });
    expect(await hub.db.selectFrom('claim_attempt').selectAll().execute()).toHaveLength(MOST_WRONG_TRIES);
    expect((await hub.db.selectFrom('audit').selectAll().where('action', '=', 'device.claim-refused').execute()).length).toBe(MOST_WRONG_TRIES);
    // Another source is not held up, and the first is free again an hour after its first try.
    await expect(rig.claims.claim(FITTER, { code: wrong(9), area: 'east-garden' }, { address: '10.0.0.8' })).rejects.toMatchObject({ code: 'CLAIM_CODE_WRONG' });
    hub.clock.at = at + HOUR_MS - 5 * 60_000;
    expect((await rig.claims.claim(FITTER, { code, area: 'east-garden' }, HERE)).device.id).toBe('bin-1');
  });

  it('has no more than five wrong tries also when twenty come together', async () => {
    await prepare();
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => rig.claims.claim(FITTER, { code: `${wrong(0)}${index}`, area: 'east-garden' }, HERE)));
    const codes = results.map((result) => result.status === 'rejected' ? (result.reason as { code: string }).code : 'taken');
    expect([codes.filter((code) => code === 'CLAIM_CODE_WRONG').length, codes.filter((code) => code === 'TOO_MANY_REQUESTS').length]).toEqual([5, 15]);
  });
});

describeOnDatabases('a claimed device', () => {
  beforeEach(async () => { await addOutline(hub); });
  const claim = async (location?: { lng: number; lat: number }, area = 'east-garden') =>
    rig.claims.claim(FITTER, { code: (await rig.claims.makeCode(ROOT, 'bin-1')).code, area, ...(location === undefined ? {} : { location }) }, HERE);
  const lacking = async () => (await rig.claims.accept(FITTER, 'bin-1').then(() => [], async () => (await rig.installations.of(FITTER, 'bin-1')).acceptance.lacks)).map(({ code }) => code);

  it('is accepted after a reading since the claim and inside its area, once', async () => {
    await prepare();
    hear(hub, rig, 'bin-1');
    hub.clock.at += 1000;
    await claim(INSIDE);
    expect(await lacking()).toEqual(['no_reading']);
    hub.clock.at += 1000;
    hear(hub, rig, 'bin-1', {});
    expect(await lacking()).toEqual(['no_reading']);
    hear(hub, rig, 'bin-1');
    const accepted = await rig.claims.accept(FITTER, 'bin-1');
    expect([accepted.accepted, (await hub.devices.get(ROOT, 'bin-1')).accepted]).toEqual([undefined, undefined]);
    await rig.claims.accept(FITTER, 'bin-1');
    expect((await auditOf(hub, 'bin-1')).filter(([, action]) => action === 'device.accepted')).toHaveLength(1);
    expect(hub.published.at(-1)).toMatchObject({ device: { id: 'bin-1' } });
    expect(rig.payloads.get('bin-1')).toBeUndefined();
  });

  it.each([
    ['nowhere', undefined, 'east-garden', ['no_location']],
    ['outside the community', OUTSIDE, 'east-garden', ['outside_area']],
    ['in a grid without outline, outside its community', OUTSIDE, 'east-grid', ['outside_area']],
    ['in a grid without outline, inside its community', INSIDE, 'east-grid', []],
  ])('%s', async (_where, location, area, expected) => {
    await prepare();
    await claim(location, area);
    hear(hub, rig, 'bin-1');
    expect(await lacking()).toEqual(expected);
    if (expected.length > 0) await expect(rig.claims.accept(FITTER, 'bin-1')).rejects.toMatchObject({ code: 'DEVICE_NOT_READY', status: 409 });
  });

  it('may stand anywhere where no outline is drawn', async () => {
    const code = await prepare('bin-w', 'west-garden');
    await rig.claims.claim(ROOT, { code, area: 'west-garden', location: OUTSIDE }, HERE);
    hear(hub, rig, 'bin-w');
    expect((await rig.claims.accept(ROOT, 'bin-w')).accepted).toBeUndefined();
  });

  it('that was accepted has to be accepted again after another claim', async () => {
    await prepare();
    await claim(INSIDE);
    hear(hub, rig, 'bin-1');
    await rig.claims.accept(FITTER, 'bin-1');
    hub.clock.at += 1000;
    expect((await claim(INSIDE)).device.accepted).toBe(false);
    expect(await lacking()).toEqual(['no_reading']);
  });
});

describeOnDatabases('who makes a device', () => {
  it.each([
    ['admin', {}, undefined], ['admin', { claim: true }, false], ['installer', {}, false], ['installer', { claim: true }, false],
  ] as const)('%s with %o: accepted is %s', async (role, more, accepted) => {
    const { device } = await hub.devices.create({ name: 'x', role, area: undefined }, { id: 'bin-1', name: 'x', kind: 'waste_bin', area: 'east-garden', ...more });
    expect(device.accepted).toBe(accepted);
  });
});
