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

  it.each<[string, number, string, string?]>([
    ['metric=fill', 422, 'METRIC_UNKNOWN'],
    ['metric=__proto__', 422, 'METRIC_UNKNOWN'],
    ['metric=noise&from=5&to=5', 400, 'VALIDATION_FAILED', '/from'],
    ['metric=noise&from=yesterday', 400, 'VALIDATION_FAILED', '/from'],
    ['metric=noise&points=1', 400, 'VALIDATION_FAILED', '/points'],
    ['metric=noise&raw=1&limit=10001', 400, 'VALIDATION_FAILED', '/limit'],
    ['metric=noise&page=2', 400, 'VALIDATION_FAILED', '/page'],
    ['', 400, 'VALIDATION_FAILED', '/metric'],
  ])('refuse ?%s', async (query, status, code, path) => {
    const answer = (await get(`/devices/bin-1/telemetry?${query}`)).json<Problem>();
    expect(answer).toMatchObject({ status, code });
    expect(answer.errors?.map((fault) => fault.path)).toEqual(path === undefined ? undefined : [path]);
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

describe('a refusal that a page shows', () => {
  const device = { id: 'new', name: '新', kind: 'waste_bin', area: 'east-grid' };
  it.each<[string, 'POST' | 'PATCH' | 'DELETE', string, object | undefined, string]>([
    ['DEVICE_EXISTS', 'POST', '/devices', { ...device, id: 'bin-1' }, '已有设备 bin-1。'], ['GATEWAY_WRONG', 'POST', '/devices', { ...device, gateway: 'none' }, '没有网关 none。'],
    ['GATEWAY_WRONG', 'POST', '/devices', { ...device, gateway: 'bin-1' }, 'bin-1 不能作 new 的网关：它不是网关设备。'], ['AREA_NOT_COMMUNITY', 'POST', '/devices', { ...device, area: 'east' }, 'east 不是社区或网格。'],
    ['TOPIC_PREFIX_WRONG', 'PATCH', '/devices/bin-1', { topicPrefix: 'a' }, '只有网关才有主题前缀。'], ['DEVICE_NOT_FOUND', 'PATCH', '/devices/none', { name: 'x' }, '没有设备 none。'],
    ['VALIDATION_FAILED', 'POST', '/devices', { ...device, install: { depthMm: 5, deadZoneMm: 5 } }, '盲区（5）须小于桶深（5）。'], ['RULE_NOT_FOUND', 'DELETE', '/rules/none', undefined, '没有规则 none。'],
  ])('is said in Chinese too: %s', async (code, method, url, body, detailZh) => {
    expect((await send(method, url, body)).json()).toMatchObject({ code, detailZh, detail: expect.any(String) as string });
  });

  it('names the states a device is in and can not come to', async () => {
    await send('POST', '/devices', device);
    await send('PATCH', '/devices/new', { status: 'retired' });
    expect((await send('PATCH', '/devices/new', { status: 'maintenance' })).json()).toMatchObject({ code: 'STATUS_TRANSITION', detailZh: 'new 现在是“已停用”，不能改为“维护中”。' });
    await send('DELETE', '/devices/new');
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
