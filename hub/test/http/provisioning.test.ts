import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InjectOptions } from 'fastify';
import { PHOTO_LIMITS, ROLES, type ClaimAnswer, type ClaimCode, type Device, type Installation, type NewDeviceAnswer, type Role } from '@liandong/protocols';
import Schema from 'typebox/schema';
import { addOutline, hear, INSIDE, openProvisioning, type ProvisioningRig } from '../devices/provisioning.js';
import { jpeg, png, SECRET } from '../devices/photos.js';
import { ROOT } from '../devices/registry.js';
import { openHub, PROBLEM, type TestHub } from './test-hub.js';

let hub: TestHub;
let rig: ProvisioningRig;
const headers = new Map<string, { authorization: string }>();
beforeAll(async () => {
  hub = await openHub({ more: (registry) => { rig = openProvisioning(registry); return { provisioning: rig }; } });
  for (const role of ROLES) headers.set(role, await hub.as(role, 'east'));
  await hub.registry.devices.create(ROOT, { id: 'gw-w', name: 'gw', kind: 'gateway', area: 'west-garden' });
});
afterAll(async () => { await hub.close(); });

const ask = (who: string, { headers: more, ...request }: InjectOptions) => hub.app.inject({ ...request, headers: { ...headers.get(who), ...more } });
const get = (url: string): InjectOptions => ({ method: 'GET', url: `/api/v1${url}` });
const post = (url: string, payload?: object): InjectOptions => ({ method: 'POST', url: `/api/v1${url}`, ...(payload === undefined ? {} : { payload }) });
const photo = (id: string, payload: Buffer, type = 'image/jpeg'): InjectOptions => ({ method: 'POST', url: `/api/v1/devices/${id}/photo`, payload, headers: { 'content-type': type } });
let made = 0;
const prepare = async (): Promise<NewDeviceAnswer> => hub.registry.devices.create(ROOT, { id: `box-${made += 1}`, name: '<b>盒子</b>', kind: 'waste_bin', area: 'east-garden', claim: true });

const staff: readonly Role[] = ['admin', 'operator', 'installer', 'grid_worker', 'property'];
const writers: readonly Role[] = ['admin', 'operator', 'installer'];
const table: [string, () => Promise<InjectOptions>, readonly Role[], number][] = [
  ['make a code', async () => post('/devices/bin-1/claim-code'), writers, 200],
  ['claim', async () => post('/devices/claim', { code: (await prepare()).claim?.code, area: 'east-grid' }), writers, 200],
  ['accept', async () => post('/devices/bin-1/accept'), writers, 200],
  ['see the installation', async () => get('/devices/bin-1/installation'), staff, 200],
  ['see what was discovered', async () => get('/devices/discovered'), staff, 200],
  ['print labels', async () => get('/devices/labels?ids=bin-1'), staff, 200],
  ['print claim labels', async () => post('/devices/labels', { ids: [(await prepare()).device.id] }), writers, 200],
  ['store a photo', async () => photo('bin-1', jpeg()), writers, 204],
  ['see the photo', async () => get('/devices/bin-1/photo'), staff, 200],
];

describe.each(table)('to %s', (_what, request, roles, status) => {
  it('is for those whose role allows it and for nobody else', async () => {
    for (const role of ROLES) {
      const answer = await ask(role, await request());
      expect([role, answer.statusCode]).toEqual([role, roles.includes(role) ? status : 403]);
    }
    expect((await hub.app.inject(await request())).statusCode).toBe(401);
  });
});

describe('from the box to the green light', () => {
  it('by REST alone', async () => {
    await addOutline(hub.registry);
    const { device: { id }, claim } = (await ask('admin', post('/devices', { id: 'road-1', name: 'x', kind: 'waste_bin', area: 'east-garden', claim: true }))).json<NewDeviceAnswer>();
    expect(claim?.url).toBe(`/install?code=${claim?.code}`);
    const renewed = (await ask('installer', post(`/devices/${id}/claim-code`))).json<ClaimCode>();
    const claimed = await ask('installer', post('/devices/claim', { code: renewed.code, area: 'east-grid', location: INSIDE }));
    expect([claimed.statusCode, claimed.headers['cache-control'], claimed.json<ClaimAnswer>().credentials.username]).toEqual([200, 'no-store', id]);
    const waiting = (await ask('installer', get(`/devices/${id}/installation`))).json<Installation>();
    expect([waiting.diagnosis.code, waiting.acceptance.lacks.map(({ code }) => code)]).toEqual(['never_connected', ['no_reading']]);
    const early = await ask('installer', post(`/devices/${id}/accept`));
    expect([early.statusCode, early.json<{ code: string; detail: string }>()]).toEqual([409, expect.objectContaining({ code: 'DEVICE_NOT_READY', detail: expect.stringMatching(/^[ -~]*no plausible reading[ -~]*$/) as string, detailZh: expect.stringContaining('暂不能验收') as string })]);
    hear(hub.registry, rig, id);
    const done = await ask('installer', post(`/devices/${id}/accept`));
    expect([done.statusCode, done.json<Device>().accepted]).toEqual([200, undefined]);
  });

  it('answers a form that is sent again', async () => {
    const payload = { code: (await prepare()).claim?.code, area: 'east-grid' };
    const form: InjectOptions = { ...post('/devices/claim', payload), headers: { 'idempotency-key': 'form-1' } };
    expect([(await ask('installer', form)).statusCode, (await ask('installer', form)).statusCode, (await ask('installer', post('/devices/claim', payload))).statusCode]).toEqual([200, 200, 404]);
  });

  it('is closed for an hour to whoever guesses', async () => {
    const guess = () => hub.app.inject({ ...post('/devices/claim', { code: '0000-0000-0000-0000', area: 'east-grid' }), headers: headers.get('admin') ?? {}, remoteAddress: '10.9.9.9' });
    const answers = [];
    for (let tries = 0; tries < 6; tries += 1) answers.push(await guess());
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404, 404, 429]);
    expect([answers[5]?.headers['retry-after'], answers[5]?.headers['content-type']]).toEqual(['3600', expect.stringContaining(PROBLEM)]);
  });

  it.each([{ code: 'short', area: 'east-grid' }, { code: 'x'.repeat(65), area: 'east-grid' }, { code: '0000-0000-0000-0000' }, { code: '0000-0000-0000-0000', area: 'east-grid', datum: 'BD-09' }, { code: '0000-0000-0000-0000', area: 'east-grid', accepted: true }])('refuses %o', async (body) => {
    expect((await ask('admin', post('/devices/claim', body))).statusCode).toBe(400);
  });
});

describe('a sheet of labels', () => {
  const codesIn = (page: string): string[] => [...page.matchAll(/class="code">([^<]+)</g)].map(([, code]) => code ?? '');

  it('has a code and its QR for each device, and the codes work', async () => {
    const boxes = [(await prepare()), (await prepare())];
    const answer = await ask('installer', post('/devices/labels', { ids: boxes.map(({ device }) => device.id) }));
    expect([answer.headers['content-type'], answer.headers['cache-control']]).toEqual(['text/html; charset=utf-8', 'no-store']);
    const codes = codesIn(answer.body);
    expect([codes.length, answer.body.match(/<svg/g)?.length, answer.body.includes('@page')]).toEqual([2, 2, true]);
    expect(answer.body.startsWith('<!doctype html>')).toBe(true);
    expect(answer.body).not.toContain('<b>');
    expect(answer.body).toContain('&lt;b&gt;盒子');
    for (const box of boxes) expect((await ask('grid_worker', post('/devices/claim', { code: box.claim?.code, area: 'east-grid' }))).statusCode).toBe(403);
    expect((await ask('installer', post('/devices/claim', { code: codes[1], area: 'east-grid' }))).json<ClaimAnswer>().device.id).toBe(boxes[1]?.device.id);
  });

  it('makes no code when one of the devices is claimed, accepted or foreign', async () => {
    const box = await prepare();
    for (const [other, status, code] of [['bin-1', 409, 'DEVICE_CLAIMED'], ['bin-2', 404, 'DEVICE_NOT_FOUND']] as const) {
      const answer = await ask('installer', post('/devices/labels', { ids: [box.device.id, other] }));
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    }
    expect((await ask('admin', post('/devices/claim', { code: box.claim?.code, area: 'east-grid' }))).statusCode).toBe(200);
  });

  it('without codes names the devices of an area', async () => {
    const { body } = await ask('property', get('/devices/labels?area=east-grid'));
    expect([codesIn(body), body.includes('<p>bin-1</p>'), body.includes('bin-2')]).toEqual([[], true, false]);
    expect((await ask('property', get('/devices/labels'))).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/area', keyword: 'required' }, { path: '/ids', keyword: 'required' }] });
    for (const [query, status] of [['', 400], ['?area=east&ids=bin-1', 400], ['?area=west', 404], ['?ids=bin-2', 404]] as const) expect([query, (await ask('property', get(`/devices/labels${query}`))).statusCode]).toEqual([query, status]);
  });
});

describe('a photo', () => {
  it('is given back without what says where it was taken, and replaces the one before', async () => {
    for (const [file, type] of [[jpeg(), 'image/jpeg'], [png(), 'image/png']] as const) {
      expect((await ask('installer', photo('bin-1', file, type))).statusCode).toBe(204);
      const answer = await ask('property', get('/devices/bin-1/photo'));
      expect([answer.headers['content-type'], answer.headers['x-content-type-options'], answer.rawPayload.includes('PICTURE'), answer.rawPayload.includes(SECRET)]).toEqual([type, 'nosniff', true, false]);
    }
    expect(await readdir(join(hub.registry.dir, 'photos'))).toEqual(['bin-1.png']);
    expect((await ask('installer', get('/devices/bin-1/installation'))).json<Installation>().hasPhoto).toBe(true);
  });

  it('is one whole photo after several were sent at once, in whatever formats', async () => {
    for (let round = 0; round < 5; round += 1) {
      const sent = Array.from({ length: 6 }, (_, n) => n % 2 === round % 2 ? photo('bin-1', jpeg()) : photo('bin-1', png(), 'image/png'));
      const answers = await Promise.all(sent.map((one) => ask('installer', one)));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(204));
      expect((await ask('property', get('/devices/bin-1/photo'))).statusCode).toBe(200);
      expect(await readdir(join(hub.registry.dir, 'photos'))).toHaveLength(1);
    }
  });

  it.each([
    ['another picture format', 'image/gif', Buffer.from('GIF89a'), 415], ['a page that says it is a picture', 'image/jpeg', Buffer.from('<script>alert(1)</script>'), 415],
    ['one that is too large', 'image/jpeg', Buffer.alloc(PHOTO_LIMITS.bytes + 1), 413], ['JSON', 'application/json', Buffer.from('{}'), 415], ['nothing', 'image/jpeg', Buffer.alloc(0), 415],
  ])('%s is refused', async (_what, type, file, status) => {
    const answer = await ask('installer', photo('bin-1', file, type));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, expect.stringContaining(PROBLEM)]);
  });

  it('of a foreign device, or where there is none, is not there', async () => {
    expect((await ask('installer', photo('bin-2', jpeg()))).json<{ code: string }>().code).toBe('DEVICE_NOT_FOUND');
    const { device } = await prepare();
    expect((await ask('installer', get(`/devices/${device.id}/photo`))).json<{ code: string }>().code).toBe('PHOTO_NOT_FOUND');
  });

  it('just within the limit is taken, and goes with the device', async () => {
    const { device: { id } } = await prepare();
    const whole = jpeg();
    const padded = Buffer.concat([whole, Buffer.alloc(PHOTO_LIMITS.bytes - whole.length)]);
    expect((await ask('installer', photo(id, padded))).statusCode).toBe(204);
    await rig.photoStore.forget(id);
    expect(await readdir(join(hub.registry.dir, 'photos'))).not.toContain(`${id}.jpg`);
  });
});

describe('the OpenAPI document', () => {
  it('lists these routes with summaries, and describes what is really answered', async () => {
    interface Operation { summary?: string; responses: Record<string, { content?: Record<string, { schema: object }> }> }
    const { paths } = (await hub.app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, Record<string, Operation>> }>();
    for (const route of ['post /devices/claim', 'post /devices/{id}/claim-code', 'post /devices/{id}/accept', 'get /devices/{id}/installation', 'get /devices/discovered', 'get /devices/labels', 'post /devices/labels', 'post /devices/{id}/photo', 'get /devices/{id}/photo']) {
      const [method = '', path = ''] = route.split(' ');
      expect([route, paths[`/api/v1${path}`]?.[method]?.summary]).toEqual([route, expect.any(String)]);
    }
    const schema = paths['/api/v1/devices/{id}/installation']?.['get']?.responses['200']?.content?.['application/json']?.schema ?? false;
    const answer = (await ask('installer', get('/devices/bin-1/installation'))).json<unknown>();
    expect(Schema.Check(schema as object, answer)).toBe(true);
  });
});
