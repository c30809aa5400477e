import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InjectOptions } from 'fastify';
import type { Problem } from '@liandong/protocols';
import { START } from '../devices/registry.js';
import { alert, openHub, PROBLEM, rule, type TestHub } from './test-hub.js';

let hub: TestHub;
let headers: { authorization: string };
beforeEach(async () => {
  hub = await openHub();
  headers = await hub.as('admin');
});
afterEach(async () => { await hub.close(); });

const get = (url: string) => hub.app.inject({ url: `/api/v1${url}`, headers });
const send = (method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: InjectOptions['payload']) =>
  hub.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload === undefined ? {} : { payload }) });

describe('areas and devices', () => {
  it('are made, read, changed and removed', async () => {
    const area = { id: 'north', level: 'community', parent: 'east', name: '北苑', profile: 'old-estate', centre: { lng: 121.4, lat: 31.2 } };
    expect(await send('POST', '/areas', area).then((answer): unknown[] => [answer.statusCode, answer.json()])).toEqual([201, area]);
    expect((await send('PATCH', '/areas/north', { nameEn: 'North' })).json()).toEqual({ ...area, nameEn: 'North' });
    const device = { id: 'env-1', name: '空气站', kind: 'env_sensor', area: 'north', location: { lng: 121.4, lat: 31.2 }, install: { heightMm: 3000 } };
    const made = await send('POST', '/devices', device);
    expect([made.statusCode, made.json(), made.headers['cache-control']]).toEqual([201, {
      device: { ...device, codec: 'native', reportingIntervalS: 60, status: 'provisioned' },
      credentials: { username: 'env-1', password: expect.stringMatching(/^[\w-]{22}$/) as string },
    }, 'no-store']);
    expect((await get('/devices/env-1')).json()).toEqual(made.json<{ device: object }>().device);
    expect((await send('PATCH', '/devices/env-1', { status: 'maintenance', reportingIntervalS: 30 })).json()).toMatchObject({ status: 'maintenance', reportingIntervalS: 30 });
    expect((await get('/devices?area=east&kind=env_sensor&status=maintenance&q=%E7%A9%BA&limit=1')).json()).toMatchObject({ data: [{ id: 'env-1' }] });
    expect((await send('POST', '/devices/env-1/credentials')).json()).toMatchObject({ credentials: { username: 'env-1' } });
    expect((await send('DELETE', '/devices/env-1')).statusCode).toBe(204);
    expect((await get('/devices/env-1')).json()).toMatchObject({ status: 404, code: 'DEVICE_NOT_FOUND' });
  });

  it('come as a tree', async () => {
    const { data } = (await get('/areas')).json<{ data: { id: string; children: { id: string; children: { children: { id: string }[] }[] }[] }[] }>();
    expect(data[0]?.children[0]?.children[0]?.children[0]).toEqual({ id: 'east-grid', level: 'grid', parent: 'east-garden', name: 'grid', children: [] });
  });

  it('show what was refused', async () => {
    hub.registry.refusals.refuse({ device: 'bin-1', topic: 'x/telemetry', payload: Buffer.from('{'), refusals: [{ reason: 'malformed_json' }] });
    expect((await get('/devices/bin-1/refusals')).json()).toEqual({ counts: { malformed_json: 1 }, last: { at: START, reason: 'malformed_json', topic: 'x/telemetry', payload: '{' } });
  });
});

describe('readings', () => {
  it('of now come from memory', async () => {
    hub.store.isDown = true;
    expect((await get('/devices/bin-1/latest')).json()).toEqual({ values: { fill_level: { ts: START, value: 96, unit: '%' }, tilted: { ts: START, value: false, unit: '' } } });
  });

  it('are a curve of the last 24 hours unless something else is asked', async () => {
    expect((await get('/devices/bin-1/telemetry?metric=fill_level')).json()).toEqual({ metric: 'fill_level', unit: '%', points: [[START, 96], [START + 1, 0]] });
    await get('/devices/bin-1/telemetry?metric=noise&from=2026-10-01T00:00:00Z&to=1790899200000&points=50');
    expect(hub.asked.store).toEqual([
      { device: 'bin-1', metric: 'fill_level', from: START - 86_400_000, to: START, points: 500 },
      { device: 'bin-1', metric: 'noise', from: Date.UTC(2026, 9, 1), to: 1_790_899_200_000, points: 50 },
    ]);
  });

  it('of a boolean metric are booleans', async () => {
    expect((await get('/devices/bin-1/telemetry?metric=tilted')).json()).toEqual({ metric: 'tilted', unit: '', points: [[START, true], [START + 1, false]] });
  });

  it('come raw, a page at a time', async () => {
    expect((await get('/devices/bin-1/telemetry?metric=fill_level&raw=1&limit=10000&cursor=x')).json()).toMatchObject({ next: 'more' });
    expect(hub.asked.store).toMatchObject([{ limit: 10_000, cursor: 'x' }]);
    expect((await get('/devices/bin-1/telemetry?metric=fill_level&raw=1&cursor=bad')).json()).toMatchObject({ status: 400, code: 'CURSOR_INVALID' });
  });

  it.each([
    ['metric=fill', 422, 'METRIC_UNKNOWN'],
    ['metric=__proto__', 422, 'METRIC_UNKNOWN'],
    ['metric=noise&from=5&to=5', 400, 'VALIDATION_FAILED'],
    ['metric=noise&from=yesterday', 400, 'VALIDATION_FAILED'],
    ['metric=noise&points=1', 400, 'VALIDATION_FAILED'],
    ['metric=noise&raw=1&limit=10001', 400, 'VALIDATION_FAILED'],
    ['metric=noise&page=2', 400, 'VALIDATION_FAILED'],
    ['', 400, 'VALIDATION_FAILED'],
  ])('refuse ?%s', async (query, status, code) => {
    expect((await get(`/devices/bin-1/telemetry?${query}`)).json()).toMatchObject({ status, code });
  });

  it('say when the store is down, and not where it stands', async () => {
    hub.store.isDown = true;
    const answer = await get('/devices/bin-1/telemetry?metric=noise');
    expect(answer.json()).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
    expect(answer.body).not.toContain('10.0.0.9');
  });

  it('of events leave an audit row', async () => {
    expect((await get('/devices/bin-1/events?from=1000&to=2000')).json()).toMatchObject({ data: [{ id: 'e1', type: 'granted', data: { method: 'card' } }] });
    expect((await get('/audit?limit=1')).json()).toMatchObject({ data: [{ by: 'token:admin-all', action: 'events.read', target: 'bin-1', detail: '1970-01-01T00:00:01.000Z to 1970-01-01T00:00:02.000Z' }] });
  });

  it('of events leave one audit row for a page that asks on, and another for another time', async () => {
    for (const [from, to] of [[1000, 2000], [1500, 2500], [3_600_000, 3_601_000]]) await get(`/devices/bin-1/events?from=${from}&to=${to}`);
    const { data } = (await get('/audit?limit=10')).json<{ data: { action: string }[] }>();
    expect(data.filter(({ action }) => action === 'events.read')).toHaveLength(2);
  });
});

describe('alerts and rules', () => {
  it('are listed by what was asked', async () => {
    const { timeline, ...listed } = alert;
    expect((await get('/alerts?active=true&acked=0&top=1&severity=major&tier=community&device=bin-1&area=east&from=2026-01-01&to=5&limit=7&cursor=c')).json()).toEqual({ data: [listed] });
    expect(timeline).toHaveLength(1);
    await get('/alerts');
    expect(hub.asked.alerts).toEqual([
      { active: true, acked: false, top: true, severity: 'major', tier: 'community', device: 'bin-1', area: 'east', from: Date.UTC(2026, 0, 1), to: 5, limit: 7, cursor: 'c' },
      { limit: 200 },
    ]);
  });

  it('come with a timeline one at a time', async () => {
    expect((await get('/alerts/a1')).json()).toEqual(alert);
    expect((await get('/alerts/a2')).json()).toMatchObject({ status: 404, code: 'ALERT_NOT_FOUND' });
    const stored = { ...rule, version: 1, updatedAt: START, updatedBy: 'admin' };
    expect((await get('/rules/bin-full')).json()).toEqual(stored);
    expect((await get('/rules')).json()).toEqual({ data: [stored] });
  });

  it('are acknowledged with a note, without one, and without a body', async () => {
    await send('POST', '/alerts/a1/ack', { note: 'on my way' });
    await send('POST', '/alerts/a1/ack', {});
    await send('POST', '/alerts/a1/unack');
    const bare = await hub.app.inject({ method: 'POST', url: '/api/v1/alerts/a1/ack', headers: { ...headers, 'content-type': 'application/json' }, payload: '' });
    expect([bare.statusCode, hub.asked.acks]).toEqual([200, [['token:admin-all', 'on my way'], ['token:admin-all', undefined], ['token:admin-all', undefined], ['token:admin-all', undefined]]]);
    expect((await send('POST', '/alerts/a1/comment', { note: '  ' })).statusCode).toBe(400);
    expect((await send('POST', '/alerts/a1/comment')).statusCode).toBe(400);
    for (const [step, member] of [['comment', 'note'], ['clear', 'note'], ['shelve', 'reason']] as const) {
      const unseen = await send('POST', `/alerts/a1/${step}`, { [member]: '\0' });
      expect([step, unseen.statusCode, unseen.json<Problem>().errors]).toEqual([step, 400, [{ path: `/${member}`, message: 'must not be blank', keyword: 'pattern', expected: ['not_blank'] }]]);
    }
    for (const [step, body] of [['comment', {}], ['clear', {}], ['ack', {}], ['unack', {}], ['escalate', {}], ['assign', { assignee: null }], ['shelve', { durationS: 60, reason: 'x' }]] as const) {
      const member = step === 'shelve' ? 'reason' : 'note';
      const turned = await send('POST', `/alerts/a1/${step}`, { ...body, [member]: 'do not \u202eopen' });
      expect([step, turned.statusCode, turned.json<Problem>().errors]).toEqual([step, 400, [{ path: `/${member}`, message: expect.stringContaining('turn the direction') as string, keyword: 'pattern', expected: ['not_turned'] }]]);
    }
  });
});

describe('users, tokens and audit', () => {
  it('are made, listed and revoked, and no secret comes back', async () => {
    const user = await send('POST', '/users', { username: 'li', name: '李', role: 'operator', area: 'east', password: 'a secret of mine' });
    expect([user.statusCode, user.json()]).toEqual([201, { username: 'li', name: '李', role: 'operator', area: 'east', createdAt: START }]);
    const made = await send('POST', '/tokens', { name: 'pull', role: 'city', expiresAt: START + 1000 });
    const { id, token } = made.json<{ id: string; token: string }>();
    expect(made.statusCode).toBe(201);
    const list = await get('/tokens');
    expect(list.json<{ data: object[] }>().data).toContainEqual({ id, name: 'pull', role: 'city', createdBy: 'token:admin-all', createdAt: START, expiresAt: START + 1000 });
    expect((await send('DELETE', `/tokens/${id}`)).statusCode).toBe(204);
    expect((await send('DELETE', `/tokens/${id}`)).json()).toMatchObject({ status: 404, code: 'TOKEN_NOT_FOUND' });
    const everything = [list.body, (await get('/users')).body, (await get('/audit')).body].join();
    expect(everything).not.toContain(token);
    expect(everything).not.toContain('a secret of mine');
    expect(everything).not.toContain('argon2');
  });
});

describe('what nobody foresaw', () => {
  it('is a 500 that tells the caller nothing and the log everything', async () => {
    hub.alerts.get = async () => { throw new Error('SELECT secret FROM user'); };
    const answer = await get('/alerts/a1');
    expect([answer.statusCode, answer.headers['content-type'], answer.json()]).toEqual([500, expect.stringContaining(PROBLEM), {
      type: 'urn:liandong:error:INTERNAL', title: 'Something went wrong inside the hub', status: 500, code: 'INTERNAL',
    }]);
    expect(hub.logged).toMatchObject([[{ err: { message: 'SELECT secret FROM user' }, route: '/api/v1/alerts/:id' }, 'INTERNAL']]);
  });
});
