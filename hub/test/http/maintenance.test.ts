import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InjectOptions } from 'fastify';
import { LIMITS, ROLES, type Maintenance, type Problem, type Role } from '@liandong/protocols';
import { createIdSource } from '../../src/alerts/alert-ids.js';
import { createMaintenanceService } from '../../src/maintenance/maintenance-service.js';
import { MaintenanceWindows } from '../../src/maintenance/maintenance-windows.js';
import { START } from '../devices/registry.js';
import { openHub, PROBLEM, type TestHub } from './test-hub.js';

let hub: TestHub;
const headers = new Map<string, { authorization: string }>();
beforeAll(async () => {
  hub = await openHub({
    more: ({ db, clock, tree, directory }) => ({
      maintenance: createMaintenanceService({
        db, clock, areas: tree, directory, windows: new MaintenanceWindows({ areas: tree }), ids: createIdSource({ clock, random: (bytes) => new Uint8Array(bytes).fill(3) }),
      }),
    }),
  });
  for (const role of ROLES) headers.set(role, await hub.as(role, 'east'));
});
afterAll(async () => { await hub.close(); });

const ask = (who: string, request: InjectOptions) => hub.app.inject({ ...request, headers: headers.get(who) ?? {} });
const post = (payload: object): InjectOptions => ({ method: 'POST', url: '/api/v1/maintenance', payload });
const body = { area: 'east-garden', from: START, to: START + 3_600_000, reason: '更换网关' };
const create = async (who: Role = 'operator'): Promise<Maintenance> => (await ask(who, post(body))).json<Maintenance>();

describe('maintenance windows over REST', () => {
  it('are made, listed and ended early', async () => {
    const answer = await ask('operator', post(body));
    const made = answer.json<Maintenance>();
    expect([answer.statusCode, made]).toEqual([201, { ...body, id: made.id, by: 'token:operator-east', at: START }]);
    expect((await ask('operator', { url: '/api/v1/maintenance?open=true&area=east' })).json()).toEqual({ data: [made] });
    expect((await ask('operator', { method: 'DELETE', url: `/api/v1/maintenance/${made.id}` })).statusCode).toBe(204);
    expect((await ask('operator', { url: '/api/v1/maintenance?open=true' })).json()).toEqual({ data: [] });
    expect((await ask('operator', { url: '/api/v1/maintenance?limit=1' })).json()).toEqual({ data: [{ ...made, endedAt: START }] });
  });

  it.each<[string, (id: string) => InjectOptions, readonly Role[], number]>([
    ['list', () => ({ url: '/api/v1/maintenance' }), ['admin', 'operator', 'grid_worker', 'property'], 200],
    ['create', () => post(body), ['admin', 'operator'], 201],
    ['end', (id) => ({ method: 'DELETE', url: `/api/v1/maintenance/${id}` }), ['admin', 'operator'], 204],
  ])('answer those whose role allows it and nobody else: %s', async (_what, request, roles, status) => {
    const { id } = await create();
    const answers = await Promise.all(ROLES.map(async (role) => [role, (await ask(role, request(id))).statusCode]));
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(ROLES.map((role) => [role, roles.includes(role) ? status : 403])));
    expect((await hub.app.inject(request(id))).statusCode).toBe(401);
  });

  it.each<[object, number, string]>([
    [{ ...body, area: 'west-garden' }, 404, 'AREA_NOT_FOUND'], [{ ...body, area: undefined, devices: ['bin-2'] }, 404, 'DEVICE_NOT_FOUND'], [{ ...body, to: START }, 400, 'VALIDATION_FAILED'],
    [{ ...body, devices: ['bin-1'] }, 400, 'VALIDATION_FAILED'], [{ ...body, reason: ' ' }, 400, 'VALIDATION_FAILED'], [{ ...body, reason: '\0\u200b' }, 400, 'VALIDATION_FAILED'], [{ ...body, reason: '\u{e0020}\u{e0001}' }, 400, 'VALIDATION_FAILED'], [{ ...body, more: 1 }, 400, 'VALIDATION_FAILED'], [{ ...body, devices: [] }, 400, 'VALIDATION_FAILED'],
  ])('refuse %j', async (payload, status, code) => {
    const answer = await ask('operator', post(payload));
    expect([answer.statusCode, answer.json<{ code: string }>().code, answer.headers['content-type']]).toEqual([status, code, expect.stringContaining(PROBLEM)]);
  });

  const YEAR = LIMITS.maintenanceAheadMs;
  it.each([
    ['an end before the start', { from: START + 2, to: START + 1 }, '/to', '结束要晚于开始。'], ['an end that has passed', { from: START - 2, to: START - 1 }, '/to', '结束时间已经过去。'],
    ['a start in another century', { from: START + 51 * YEAR, to: START + 51 * YEAR + 1 }, '/from', '检修最多提前一年安排，请核对开始的年份。'], ['more than a year', { from: START, to: START + YEAR + 1 }, '/to', '检修窗口最长一年。'],
  ])('say at which time %s is wrong, in both languages', async (_what, times, path, detailZh) => {
    const answer = await ask('operator', post({ ...body, ...times }));
    const { detail, errors } = answer.json<Problem>();
    expect([answer.statusCode, answer.json()]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED', detailZh, errors: [expect.objectContaining({ path, message: detail })] })]);
    expect(errors?.[0]?.limit).toBeTypeOf('number');
  });

  it.each([[{ devices: ['bin-1'] }, {}], [{ area: undefined }, { keyword: 'required' }]])('say of both members that one of an area and devices is wanted: %j', async (members, more) => {
    const { detail, errors } = (await ask('operator', post({ ...body, ...members }))).json<Problem>();
    expect(errors).toEqual(['/area', '/devices'].map((path) => ({ path, message: detail, ...more })));
  });

  it('may begin a year from now, and be a year long', async () => {
    expect((await ask('operator', post({ ...body, from: START + YEAR, to: START + 2 * YEAR }))).statusCode).toBe(201);
  });

  it('hold a device once that is named twice', async () => {
    const answer = await ask('operator', post({ ...body, area: undefined, devices: ['bin-1', 'bin-1'] }));
    const { id, devices } = answer.json<Maintenance>();
    expect([answer.statusCode, devices]).toEqual([201, ['bin-1']]);
    expect((await ask('operator', { url: '/api/v1/maintenance?limit=1' })).json()).toMatchObject({ data: [{ id, devices: ['bin-1'] }] });
    expect((await hub.registry.audit.page({ limit: 1 })).data).toMatchObject([{ target: id, detail: expect.stringMatching(/^bin-1, until/) as string }]);
  });

  it('of a foreign area are not there', async () => {
    const { id } = (await hub.app.inject({ ...post({ ...body, area: 'west' }), headers: await hub.as('admin') })).json<Maintenance>();
    const answer = await ask('admin', { method: 'DELETE', url: `/api/v1/maintenance/${id}` });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'MAINTENANCE_NOT_FOUND']);
    expect((await ask('admin', { url: '/api/v1/maintenance' })).json<{ data: Maintenance[] }>().data.map((window) => window.id)).not.toContain(id);
  });

  it('stand in the OpenAPI document', async () => {
    const { paths } = (await hub.app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, object> }>();
    expect([Object.keys(paths['/api/v1/maintenance'] ?? {}).sort(), Object.keys(paths['/api/v1/maintenance/{id}'] ?? {})]).toEqual([['get', 'post'], ['delete']]);
  });
});
