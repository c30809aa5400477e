import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InjectOptions } from 'fastify';
import { DEFAULT_ESCALATION, ROLES, type AlertKpi, type Handover, type NewShift, type OnDuty, type Problem, type Role, type Shift } from '@liandong/protocols';
import Schema from 'typebox/schema';
import { createAlertReports } from '../../src/alert-reports/alert-reports.js';
import { createActiveAlerts } from '../../src/alerts/active-alerts.js';
import { createIdSource } from '../../src/alerts/alert-ids.js';
import { saveAlert } from '../../src/alerts/alert-rows.js';
import { NO_DAYS } from '../../src/calendar/day-calendar.js';
import { Roster } from '../../src/duty/roster.js';
import { createShiftService } from '../../src/duty/shift-service.js';
import { createEscalationService } from '../../src/escalation/escalation-service.js';
import { EscalationPolicies } from '../../src/escalation/policies.js';
import { ROOT, START, type Registry } from '../devices/registry.js';
import { PROBLEM, alert, openHub, type TestHub } from './test-hub.js';

const SHIFT: NewShift = { name: '白班', tier: 'community', area: 'east-garden', weekdays: [1, 2, 3, 4, 5, 6, 7], start: '00:00', end: '00:00', users: ['li.na'] };

let hub: TestHub;
const headers = new Map<string, { authorization: string }>();
beforeAll(async () => {
  hub = await openHub({ more: servicesOf });
  for (const role of ROLES) headers.set(role, await hub.as(role, 'east'));
  await hub.registry.identity.createUser(ROOT, { username: 'li.na', name: '李娜', role: 'operator', area: 'east', password: 'long enough' });
  await hub.registry.db.transaction().execute((trx) => saveAlert(trx, { ...alert, raisedAt: START - 60_000 }));
});
afterAll(async () => { await hub.close(); });

function servicesOf({ db, clock, tree }: Registry) {
  const roster = new Roster({ areas: tree, days: NO_DAYS });
  return {
    escalation: createEscalationService({ db, clock, areas: tree, policies: new EscalationPolicies(tree) }),
    shifts: createShiftService({ db, clock, ids: createIdSource({ clock, random: (bytes) => new Uint8Array(bytes) }), areas: tree, roster }),
    alertReports: createAlertReports({ db, clock, areas: tree, activeAlerts: createActiveAlerts({ db }), roster }),
  };
}

const ask = (who: string, request: InjectOptions) => hub.app.inject({ ...request, headers: headers.get(who) ?? {} });
const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object): InjectOptions => ({ method, url: `/api/v1${url}`, ...(payload === undefined ? {} : { payload }) });
const made = async (): Promise<string> => (await ask('admin', send('POST', '/shifts', SHIFT))).json<Shift>().id;

const staff: readonly Role[] = ['admin', 'operator'];
const readers: readonly Role[] = ['admin', 'operator', 'grid_worker', 'property'];
const table: [string, () => Promise<InjectOptions>, readonly Role[], number][] = [
  ['read a policy', async () => send('GET', '/areas/east-grid/escalation'), staff, 200],
  ['set a policy', async () => send('PUT', '/areas/east-grid/escalation', { critical: { ackWithinS: 60 } }), staff, 200],
  ['take a policy back', async () => send('DELETE', '/areas/east-grid/escalation'), staff, 200],
  ['read shifts', async () => send('GET', '/shifts'), staff, 200],
  ['list who may be on duty', async () => send('GET', '/people?area=east-garden'), staff, 200],
  ['add a shift', async () => send('POST', '/shifts', SHIFT), staff, 201],
  ['replace a shift', async () => send('PUT', `/shifts/${await made()}`, SHIFT), staff, 200],
  ['delete a shift', async () => send('DELETE', `/shifts/${await made()}`), staff, 204],
  ['see who is on duty', async () => send('GET', '/shifts/on-duty?area=east-garden&at=2026-11-02T08:00:00Z'), staff, 200],
  ['read the KPIs', async () => send('GET', '/alerts/kpi'), readers, 200],
  ['read the handover', async () => send('GET', '/alerts/handover'), readers, 200],
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

describe('a foreign area\'s policy, shift and reports', () => {
  it.each<[InjectOptions, string]>([
    [send('GET', '/areas/west/escalation'), 'AREA_NOT_FOUND'], [send('PUT', '/areas/west/escalation', {}), 'AREA_NOT_FOUND'], [send('DELETE', '/areas/city/escalation'), 'AREA_NOT_FOUND'],
    [send('GET', '/shifts?area=west'), 'AREA_NOT_FOUND'], [send('GET', '/people?area=west'), 'AREA_NOT_FOUND'], [send('POST', '/shifts', { ...SHIFT, area: 'west' }), 'AREA_NOT_FOUND'], [send('GET', '/shifts/on-duty?area=west'), 'AREA_NOT_FOUND'],
    [send('PUT', '/shifts/none', SHIFT), 'SHIFT_NOT_FOUND'], [send('DELETE', '/shifts/none'), 'SHIFT_NOT_FOUND'],
    [send('POST', '/shifts', { ...SHIFT, users: ['ghost'] }), 'USER_NOT_FOUND'], [send('GET', '/alerts/kpi?area=west'), 'AREA_NOT_FOUND'], [send('GET', '/alerts/handover?area=nowhere'), 'AREA_NOT_FOUND'],
  ])('are not there: $method $url', async (request, code) => {
    const answer = await ask('admin', request);
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([404, code]);
  });
});

describe('what is wrong', () => {
  it.each<[string, InjectOptions]>([
    ['no policy at all, which would stop all escalation', send('PUT', '/areas/east/escalation')], ['an unknown severity', send('PUT', '/areas/east/escalation', { fatal: { ackWithinS: 1 } })],
    ['a time of nought', send('PUT', '/areas/east/escalation', { critical: { ackWithinS: 0 } })], ['text for a time', send('PUT', '/areas/east/escalation', { critical: { ackWithinS: '60' } })],
    ['no time to acknowledge', send('PUT', '/areas/east/escalation', { critical: { resolveWithinS: 60 } })],
    ['an eighth weekday', send('POST', '/shifts', { ...SHIFT, weekdays: [8] })], ['no weekday', send('POST', '/shifts', { ...SHIFT, weekdays: [] })], ['an hour 24', send('POST', '/shifts', { ...SHIFT, end: '24:00' })],
    ['nobody', send('POST', '/shifts', { ...SHIFT, users: [] })], ['holidays of a kind there is not', send('POST', '/shifts', { ...SHIFT, holidays: 'always' })], ['an unknown member', send('POST', '/shifts', { ...SHIFT, id: 'mine' })], ['a time that is none', send('GET', '/shifts/on-duty?area=east&at=noon')],
    ['a range of more than 92 days', send('GET', '/alerts/kpi?from=2026-01-01&to=2026-05-01')], ['a range backwards', send('GET', '/alerts/handover?from=2026-10-02&to=2026-10-01')],
    ['no operator', send('GET', '/alerts/kpi?operators=0')],
  ])('is refused with 400 and said: %s', async (_what, request) => {
    const answer = await ask('admin', request);
    expect([answer.statusCode, answer.headers['content-type'], answer.json<Problem>().code]).toEqual([400, expect.stringContaining(PROBLEM), 'VALIDATION_FAILED']);
    expect(answer.json<Problem>().errors?.map(({ path }) => path)).toEqual([expect.stringMatching(/^\//)]);
    expect((await ask('admin', send('GET', '/areas/east/escalation'))).json()).toEqual({ ...DEFAULT_ESCALATION, version: 1 });
  });

  it('is less time to clear than to acknowledge, at the step that has it, in both languages', async () => {
    const answer = await ask('admin', send('PUT', '/areas/east/escalation', { critical: { ackWithinS: 60, resolveWithinS: 60 }, major: { ackWithinS: 600, resolveWithinS: 599 } }));
    expect([answer.statusCode, answer.json<Problem>()]).toEqual([400, expect.objectContaining({
      code: 'VALIDATION_FAILED', detailZh: '多久未恢复再升级，不能短于多久未确认就升级。', errors: [{ path: '/major/resolveWithinS', message: 'must be 600 or more, as ackWithinS', keyword: 'minimum', limit: 600 }],
    })]);
    expect((await ask('admin', send('GET', '/areas/east/escalation'))).json()).toEqual({ ...DEFAULT_ESCALATION, version: 1 });
  });

  it('names the form of a time of day in words', async () => {
    expect((await ask('admin', send('POST', '/shifts', { ...SHIFT, start: '8:00' }))).json<Problem>().errors).toEqual([{ path: '/start', message: 'must be HH:MM', keyword: 'pattern', expected: ['time_of_day'] }]);
  });
});

describe('what is answered', () => {
  it('is KPIs and handover under /alerts, and alerts by their ids beside them', async () => {
    const kpi = await ask('admin', send('GET', `/alerts/kpi?from=${START - 3_600_000}&operators=2`));
    expect(kpi.json<AlertKpi>()).toMatchObject({ area: 'east', from: START - 3_600_000, to: START, operators: 2, raised: 1 });
    expect(kpi.json<AlertKpi>().slots).toContainEqual([START - 600_000, 1]);
    expect((await ask('admin', send('GET', '/alerts/handover'))).json<Handover>()).toMatchObject({ area: 'east', from: START - 8 * 3_600_000, to: START });
    expect((await ask('admin', send('GET', '/alerts/a1'))).json()).toMatchObject({ id: 'a1' });
    expect((await ask('admin', send('GET', '/alerts/other'))).statusCode).toBe(404);
  });

  it('is a policy with its area and version, and who is on duty until when', async () => {
    expect((await ask('operator', send('PUT', '/areas/east-garden/escalation', { critical: { ackWithinS: 90, resolveWithinS: 900 } }))).json()).toEqual({ critical: { ackWithinS: 90, resolveWithinS: 900 }, from: 'east-garden', version: 1, updatedAt: START, updatedBy: 'token:operator-east' });
    expect((await ask('operator', send('DELETE', '/areas/east-garden/escalation'))).json()).toEqual({ ...DEFAULT_ESCALATION, version: 1 });
    const id = await made();
    const { data } = (await ask('operator', send('GET', `/shifts/on-duty?area=east-grid&at=${START}`))).json<OnDuty>();
    expect(data.find(({ shift }) => shift === id)).toEqual({ tier: 'community', shift: id, name: '白班', area: 'east-garden', users: ['li.na'], until: START + 16 * 3_600_000 });
  });

  it('takes a policy, a shift and a calendar with the version that was read, and answers 409 to an older one', async () => {
    headers.set('root', await hub.as('admin'));
    const id = await made();
    const kept = (await ask('root', send('PUT', `/shifts/${id}`, SHIFT))).json<Shift>();
    const read: Partial<Shift> = { ...kept };
    delete read.id;
    const policy = { critical: { ackWithinS: 77 } };
    for (const [url, body, older] of [[`/shifts/${id}`, read, 1], ['/areas/west-garden/escalation', { ...policy, version: 0 }, 8], ['/calendar', { days: [], version: 0 }, 8]] as const) {
      expect((await ask('root', send('PUT', url, body))).statusCode).toBe(200);
      const refused = await ask('root', send('PUT', url, { ...body, ...(url.includes('areas') ? { critical: { ackWithinS: 78 } } : {}), version: older }));
      expect([url, refused.statusCode, refused.json<Problem>()]).toMatchObject([url, 409, { code: 'CHANGED_MEANWHILE', detail: expect.stringContaining('admin-all') as string, detailZh: expect.stringContaining('admin-all') as string }]);
    }
    await ask('root', send('DELETE', '/areas/west-garden/escalation'));
  });

  it('is described by the OpenAPI document, routes and answers', async () => {
    const { paths } = (await hub.app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>> }>();
    const routes = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`));
    expect(routes).toEqual(expect.arrayContaining([
      'GET /areas/{id}/escalation', 'PUT /areas/{id}/escalation', 'DELETE /areas/{id}/escalation', 'GET /shifts', 'POST /shifts', 'PUT /shifts/{id}', 'DELETE /shifts/{id}', 'GET /shifts/on-duty', 'GET /alerts/kpi', 'GET /alerts/handover',
    ]));
    await made();
    for (const url of ['/areas/east/escalation', '/shifts', '/shifts/on-duty', '/people', '/alerts/kpi', '/alerts/handover']) {
      const schema = paths[`/api/v1${url.replace('/east/', '/{id}/')}`]?.['get']?.responses['200']?.content?.['application/json']?.schema ?? false;
      expect([url, Schema.Check(schema as object, (await ask('admin', send('GET', url))).json<unknown>())]).toEqual([url, true]);
    }
  });
});
