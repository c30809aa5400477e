import { describe, expect, it } from 'vitest';
import type { Device } from '@liandong/protocols';
import { ApiError } from '../../src/api/api-error.js';
import { createFormQueue, isDelivered, type FormStorage, type InstallForm } from '../../src/install/form-queue.js';

const device: Device = { id: 'bin-1', name: 'B-1', kind: 'waste_bin', area: 'beiguan', codec: 'native', reportingIntervalS: 60, status: 'provisioned', accepted: false };
const formOf = (id: string, more: Partial<InstallForm> = {}): InstallForm => ({ id, by: 'li', at: 1000, claim: { code: 'AAAA2222BBBB3333', area: 'beiguan' }, ...more });
const photo = new Blob(['jpeg'], { type: 'image/jpeg' });

/** A hub whose next answers are told; without one it takes everything. */
function bench(forms: InstallForm[]) {
  const kept = new Map(forms.map((form) => [form.id, form]));
  const storage: FormStorage = { all: async () => [...kept.values()], put: async (form) => { kept.set(form.id, form); }, remove: async (id) => { kept.delete(id); } };
  const [claims, photos, troubles]: [string[], string[], Partial<Record<'claim' | 'photo', ApiError[]>>] = [[], [], {}];
  const fail = (of: 'claim' | 'photo') => { const error = troubles[of]?.shift(); if (error !== undefined) throw error; };
  const queue = createFormQueue({
    storage,
    claim: async (_claim, formId) => { claims.push(formId); fail('claim'); return { device, credentials: { username: 'bin-1', password: 'secret' } }; },
    uploadPhoto: async (id) => { photos.push(id); fail('photo'); },
  });
  return { queue, kept, claims, photos, troubles };
}
const offline = () => new ApiError('UNREACHABLE', 0);

describe('forms that wait on the phone', () => {
  it('are gone once the hub has them, photo and all', async () => {
    const { queue, kept, photos } = bench([formOf('a', { photo })]);
    expect(await queue.sendAll('li')).toMatchObject([{ state: 'done', device: { id: 'bin-1' }, credentials: { password: 'secret' }, isPhotoLost: false }]);
    expect([kept.size, photos]).toEqual([0, ['bin-1']]);
  });
  it('stay when there is no network, and the rest isn’t tried', async () => {
    const { queue, kept, claims, troubles } = bench([formOf('a'), formOf('b', { at: 2000 })]);
    troubles.claim = [offline()];
    expect((await queue.sendAll('li')).map(({ state }) => state)).toEqual(['waits']);
    expect([kept.size, claims]).toEqual([2, ['a']]);
    expect((await queue.sendAll('li')).map(({ state }) => state)).toEqual(['done', 'done']);
    expect(kept.size).toBe(0);
  });
  it('keep no code once it was used, and claim no second time for a photo that was late', async () => {
    const { queue, kept, claims, troubles } = bench([formOf('a', { photo })]);
    troubles.photo = [offline()];
    expect(await queue.sendAll('li')).toMatchObject([{ state: 'waits', device: { id: 'bin-1' } }]);
    expect(kept.get('a')).toMatchObject({ deviceId: 'bin-1', claim: { code: '' } });
    expect(await queue.sendAll('li')).toMatchObject([{ state: 'done' }]);
    expect([claims, kept.size]).toEqual([['a'], 0]);
  });
  it('hand over the credentials, which are shown this once, though the photo is late', async () => {
    const { queue, troubles } = bench([formOf('a', { photo })]);
    troubles.photo = [offline()];
    expect((await queue.sendAll('li')).filter(isDelivered)).toMatchObject([{ state: 'waits', credentials: { password: 'secret' } }]);
    expect((await queue.sendAll('li')).filter(isDelivered)).toEqual([]);
  });
  it('that the hub refuses wait for their writer and aren’t sent again', async () => {
    const { queue, kept, claims, troubles } = bench([formOf('a'), formOf('b', { at: 2000 })]);
    troubles.claim = [new ApiError('CLAIM_CODE_WRONG', 404, { detail: 'used', detailZh: '已用' })];
    expect((await queue.sendAll('li')).map(({ state }) => state)).toEqual(['refused', 'done']);
    expect(kept.get('a')?.refused).toEqual({ code: 'CLAIM_CODE_WRONG', detail: 'used', detailZh: '已用' });
    await queue.sendAll('li');
    expect(claims).toEqual(['a', 'b']);
  });
  it.each([[401, 'waits'], [429, 'waits'], [503, 'waits'], [404, 'refused'], [409, 'refused'], [422, 'refused']] as const)('after an answer %i the form %s', async (status, state) => {
    const { queue, troubles } = bench([formOf('a')]);
    troubles.claim = [new ApiError('INTERNAL', status)];
    expect((await queue.sendAll('li')).map((sent) => sent.state)).toEqual([state]);
  });
  it('lose a photo rather than the device when the hub won’t have the photo', async () => {
    const { queue, kept, troubles } = bench([formOf('a', { photo })]);
    troubles.photo = [new ApiError('BODY_TOO_LARGE', 413)];
    expect(await queue.sendAll('li')).toMatchObject([{ state: 'done', isPhotoLost: true }]);
    expect(kept.size).toBe(0);
  });
  it('are sent in nobody else’s name', async () => {
    const { queue, claims } = bench([formOf('a', { by: 'wang' })]);
    expect(await queue.sendAll('li')).toEqual([]);
    expect(claims).toEqual([]);
  });
  it('are sent once, however often they are asked for at a time', async () => {
    const form = formOf('a');
    const { queue, claims } = bench([form]);
    await Promise.all([queue.send(form), queue.send(form), queue.sendAll('li')]);
    expect(claims).toEqual(['a']);
  });
});
