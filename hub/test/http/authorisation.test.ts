import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InjectOptions } from 'fastify';
import { ROLES, type AuditEntry, type Role } from '@liandong/protocols';
import { ROOT } from '../devices/registry.js';
import { openHub, PROBLEM, rule, type TestHub } from './test-hub.js';

let hub: TestHub;
const headers = new Map<string, { authorization: string }>();
beforeAll(async () => {
  hub = await openHub();
  for (const role of ROLES) headers.set(role, await hub.as(role, 'east'));
  headers.set('root', await hub.as('admin'));
  for (const own of [eastern, { ...eastern, id: 'west-full', scope: { areas: ['west'] } }]) await ask('root', send('POST', '/rules', own));
});
afterAll(async () => { await hub.close(); });

const ask = (who: string, request: InjectOptions) => hub.app.inject({ ...request, headers: headers.get(who) ?? {} });
const get = (url: string): InjectOptions => ({ method: 'GET', url: `/api/v1${url}` });
const send = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object): InjectOptions =>
  ({ method, url: `/api/v1${url}`, ...(payload === undefined ? {} : { payload }) });

const eastern = { ...rule, id: 'east-full', scope: { areas: ['east'] } };
const all: readonly Role[] = ROLES;
const staff: readonly Role[] = ['admin', 'operator', 'installer', 'grid_worker', 'property'];
/** Who may do what; everybody else gets 403. */
const table: [InjectOptions, readonly Role[], number][] = [
  [get('/session'), all, 200],
  [get('/areas'), all, 200],
  [send('PATCH', '/areas/east', { nameEn: 'East' }), ['admin'], 200],
  [get('/devices'), staff, 200],
  [get('/devices/bin-1'), staff, 200],
  [send('PATCH', '/devices/bin-1', { name: '东' }), ['admin', 'operator', 'installer'], 200],
  [send('POST', '/devices/bin-1/credentials'), ['admin', 'operator', 'installer'], 200],
  [get('/devices/bin-1/refusals'), staff, 200],
  [get('/devices/bin-1/latest'), staff, 200],
  [get('/devices/bin-1/telemetry?metric=fill_level'), staff, 200],
  [get('/devices/bin-1/events'), ['admin', 'operator', 'installer', 'property'], 200],
  [get('/alerts'), ['admin', 'operator', 'grid_worker', 'property'], 200],
  [get('/alerts/a1'), ['admin', 'operator', 'grid_worker', 'property'], 200],
  [send('POST', '/alerts/a1/ack'), ['admin', 'operator'], 200],
  [send('POST', '/alerts/a1/comment', { note: 'x' }), ['admin', 'operator'], 200],
  [send('POST', '/alerts/a1/shelve', { durationS: 60, reason: 'x' }), ['admin', 'operator'], 200],
  [send('POST', '/alerts/a1/unshelve'), ['admin', 'operator'], 200],
  [send('POST', '/alerts/a1/assign', { assignee: null }), ['admin', 'operator'], 200],
  [send('POST', '/alerts/a1/escalate'), ['admin', 'operator'], 200],
  [send('POST', '/alerts/a1/clear', { note: 'x' }), ['admin', 'operator'], 200],
  [send('POST', '/alerts/ack', { ids: ['a1'] }), ['admin', 'operator'], 200],
  [get('/rules'), ['admin', 'operator'], 200],
  [get('/rules/bin-full'), ['admin', 'operator'], 200],
  [get('/rules/bin-full/versions'), ['admin', 'operator'], 200],
  [send('POST', '/rules/preview', { rule: { ...rule, scope: { areas: ['east'] } } }), ['admin', 'operator'], 200],
  [send('PUT', '/rules/east-full', eastern), ['admin', 'operator'], 200],
  [get('/calendar'), ['admin', 'operator'], 200],
  [get('/users'), ['admin'], 200],
  [get('/tokens'), ['admin'], 200],
  [get('/audit'), ['admin'], 200],
  [get('/audit?target=bin-1'), ['admin', 'operator', 'installer'], 200],
];

describe.each(table)('$method $url', (request, roles, status) => {
  it('answers those whose role allows it and nobody else', async () => {
    const answers = await Promise.all(ROLES.map(async (role) => [role, (await ask(role, request)).statusCode]));
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(ROLES.map((role) => [role, roles.includes(role) ? status : 403])));
  });

  it('answers 401 to nobody in particular, and to a token that is not one', async () => {
    for (const authorization of [undefined, 'Bearer nonsense', 'Basic YWRtaW46eA==', 'Bearer']) {
      const answer = await hub.app.inject({ ...request, headers: authorization === undefined ? {} : { authorization } });
      expect([answer.statusCode, answer.headers['content-type'], answer.headers['www-authenticate']]).toEqual([401, expect.stringContaining(PROBLEM), 'Bearer']);
    }
  });
});

describe('a foreign area\'s resource', () => {
  it.each<[InjectOptions, string]>([
    [send('PATCH', '/areas/west', { nameEn: 'mine' }), 'AREA_NOT_FOUND'],
    [send('POST', '/areas', { id: 'x', level: 'grid', parent: 'west-garden', name: 'x' }), 'AREA_NOT_FOUND'],
    [get('/devices?area=west'), 'AREA_NOT_FOUND'],
    [get('/devices/bin-2'), 'DEVICE_NOT_FOUND'],
    [send('PATCH', '/devices/bin-2', { name: 'mine' }), 'DEVICE_NOT_FOUND'],
    [send('PATCH', '/devices/bin-1', { area: 'west-garden' }), 'AREA_NOT_FOUND'],
    [send('POST', '/devices', { id: 'x', name: 'x', kind: 'waste_bin', area: 'west-garden' }), 'AREA_NOT_FOUND'],
    [send('DELETE', '/devices/bin-2'), 'DEVICE_NOT_FOUND'],
    [send('POST', '/devices/bin-2/credentials'), 'DEVICE_NOT_FOUND'],
    [get('/devices/bin-2/refusals'), 'DEVICE_NOT_FOUND'],
    [get('/devices/bin-2/latest'), 'DEVICE_NOT_FOUND'],
    [get('/devices/bin-2/telemetry?metric=fill_level'), 'DEVICE_NOT_FOUND'],
    [get('/devices/bin-2/events'), 'DEVICE_NOT_FOUND'],
    [get('/rules/west-full'), 'RULE_NOT_FOUND'],
    [get('/rules/west-full/versions'), 'RULE_NOT_FOUND'],
    [send('PUT', '/rules/west-full', { ...eastern, id: 'west-full' }), 'RULE_NOT_FOUND'],
    [send('DELETE', '/rules/west-full'), 'RULE_NOT_FOUND'],
    [send('POST', '/rules', { ...eastern, id: 'x', scope: { areas: ['west'] } }), 'AREA_NOT_FOUND'],
    [send('POST', '/rules', { ...eastern, id: 'x', scope: { devices: ['bin-2'] } }), 'DEVICE_NOT_FOUND'],
    [send('POST', '/tokens', { name: 'x', role: 'city', area: 'west' }), 'AREA_NOT_FOUND'],
    [send('POST', '/users', { username: 'x', name: 'x', role: 'city', area: 'west', password: 'long enough' }), 'AREA_NOT_FOUND'],
  ])('is not there: $method $url', async (request, code) => {
    const answer = await ask('admin', request);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, code]);
    if (request.method === 'GET') expect((await ask('root', request)).statusCode).toBe(200);
  });
});

describe('the audit rows of one device', () => {
  const rowsOf = async (who: string, target: string) => {
    const answer = await ask(who, get(`/audit?target=${target}`));
    return { status: answer.statusCode, rows: (answer.json<{ data?: AuditEntry[] }>().data ?? []).map(({ by, action }) => `${by} ${action}`) };
  };

  it('are exactly its own, whoever did what was done, for those who may change it', async () => {
    const { audit } = hub.registry;
    await audit.record({ by: 'root', action: 'device.changed', target: 'bin-1', detail: 'name: a → b' });
    await audit.record({ by: 'root', action: 'device.changed', target: 'bin-10' });
    for (const who of ['installer', 'operator', 'admin', 'root']) {
      const { status, rows } = await rowsOf(who, 'bin-1');
      expect([status, rows[0], rows.at(-1)]).toEqual([200, 'root device.changed', 'admin device.created']);
      expect(rows.filter((row) => row === 'root device.changed')).toHaveLength(1);
    }
    const page = (await ask('installer', get('/audit?target=bin-1&limit=1'))).json<{ data: AuditEntry[]; next: string }>();
    expect(page.data).toMatchObject([{ target: 'bin-1', detail: 'name: a → b' }]);
    expect((await ask('installer', get(`/audit?target=bin-1&cursor=${page.next}`))).json<{ data: AuditEntry[] }>().data[0]?.id).toBeLessThan(page.data[0]?.id ?? 0);
  });

  it('are not there for a device of a foreign area, nor for what is no device', async () => {
    for (const who of ['installer', 'operator']) {
      for (const target of ['bin-2', 'admin', 'east', 'nothing']) expect([target, await rowsOf(who, target)]).toEqual([target, { status: 404, rows: [] }]);
    }
    expect(await rowsOf('admin', 'bin-2')).toEqual({ status: 200, rows: [] });
    expect((await rowsOf('root', 'bin-2')).rows).toContain('admin device.created');
  });

  it('hold nothing of a user or an area that is called as the device is', async () => {
    const { audit, devices } = hub.registry;
    await devices.create(ROOT, { id: 'lina', name: 'x', kind: 'waste_bin', area: 'east-grid' });
    await audit.record({ by: 'lina', action: 'session.created', target: 'lina' });
    expect((await rowsOf('installer', 'lina')).rows).toEqual(['admin device.created']);
    expect((await rowsOf('admin', 'lina')).rows).toEqual(['admin device.created']);
    expect((await rowsOf('root', 'lina')).rows).toEqual(['lina session.created', 'admin device.created']);
  });
});
