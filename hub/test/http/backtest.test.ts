import { BacktestSchema, ROLES, type Backtest } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Schema from 'typebox/schema';
import { createIdSource } from '../../src/alerts/alert-ids.js';
import { createBacktestService, type BacktestService } from '../../src/backtest/backtest-service.js';
import { NO_DAYS } from '../../src/calendar/day-calendar.js';
import { createRuleService } from '../../src/rules/rule-service.js';
import { scanOf } from '../backtest/history.js';
import { START } from '../devices/registry.js';
import { waitFor } from '../support/wait-for.js';
import { openHub, rule, type TestHub } from './test-hub.js';

let hub: TestHub;
let service: BacktestService;
beforeAll(async () => {
  hub = await openHub({
    more: ({ db, clock, tree: areas, directory }) => {
      service = createBacktestService({
        rules: createRuleService({ db, clock, areas, directory, evaluator: { changeRule: async () => undefined } }), directory, areas, clock, days: NO_DAYS, ids: createIdSource({ clock, random: (bytes) => new Uint8Array(bytes) }),
        stopwatch: () => performance.now(), kept: { telemetryMs: 730 * 86_400_000, eventsMs: 90 * 86_400_000 }, onError: () => undefined,
        telemetry: { scan: scanOf([{ type: 'telemetry', device: 'bin-1', ts: START - 3_600_000, at: START, values: { fill_level: 96 } }]), history: async () => [[START - 3_600_000, 96]], raw: async () => ({ data: [] }) },
      });
      return { backtests: service };
    },
  });
});
afterAll(async () => {
  await service.stop();
  await hub.close();
});

const post = async (payload: object, headers: object) => hub.app.inject({ method: 'POST', url: '/api/v1/rules/backtest', payload, headers: headers as Record<string, string> });

describe('POST /rules/backtest', () => {
  it('answers at once with the back-test, which is followed, read and stopped at its own address', async () => {
    const headers = await hub.as('admin');
    const answer = await post({ rule: { ...rule, schedule: undefined }, from: new Date(START - 86_400_000).toISOString(), to: String(START) }, headers);
    const begun = answer.json<Backtest>();
    expect([answer.statusCode, begun.state, begun.devices, Schema.Check(BacktestSchema, begun)]).toEqual([202, 'running', 2, true]);
    const url = `/api/v1/rules/backtest/${begun.id}`;
    const read = async () => (await hub.app.inject({ url, headers })).json<Backtest>();
    await waitFor('it is done', async () => (await read()).state === 'done', { intervalMs: 5 });
    const done = await read();
    expect(Schema.Check(BacktestSchema, done)).toBe(true);
    expect(done).toMatchObject({ candidate: { alerts: 1, examples: [{ device: 'bin-1', severity: 'warning' }] }, chart: [{ device: 'bin-1' }] });
    expect((await hub.app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(204);
    expect((await read()).state).toBe('done');
    expect((await hub.app.inject({ url: '/api/v1/rules/backtest/nothing', headers })).json<object>()).toMatchObject({ status: 404, code: 'BACKTEST_NOT_FOUND' });
  });

  it.each(['backtest', 'new', 'preview', 'versions'])('leaves a rule that is called %s as whole as any other', async (id) => {
    const headers = await hub.as('admin');
    const call = async (method: 'GET' | 'PUT' | 'DELETE', url: string, payload?: object) => await hub.app.inject({ method, url: `/api/v1/rules/${id}${url}`, headers, ...(payload === undefined ? {} : { payload }) });
    expect((await hub.app.inject({ method: 'POST', url: '/api/v1/rules', payload: { ...rule, id }, headers })).statusCode).toBe(201);
    expect((await call('GET', '')).json<object>()).toMatchObject({ id, version: 1 });
    expect((await call('PUT', '', { ...rule, id, clearAt: 60 })).statusCode).toBe(200);
    expect((await call('GET', '/versions')).json<{ data: object[] }>().data).toMatchObject([{ version: 2 }, { version: 1 }]);
    expect((await call('DELETE', '')).statusCode).toBe(204);
  });

  it('takes times as numbers too, and names what is wrong in each part of the body', async () => {
    const headers = await hub.as('admin');
    expect((await post({ rule, from: START - 1000, to: START }, headers)).statusCode).toBe(202);
    const faulty: [object, string][] = [
      [{}, '/rule/type'], [{ rule: { ...rule, bands: [] } }, '/rule/bands'], [{ rule, from: true }, '/from'], [{ rule, area: 'A B' }, '/area'], [{ rule, days: 30 }, '/days'],
    ];
    for (const [payload, path] of faulty) {
      const answer = await post(payload, headers);
      expect([answer.statusCode, answer.json<{ errors: { path: string }[] }>().errors.map((fault) => fault.path)]).toEqual([400, expect.arrayContaining([path])]);
    }
    expect((await post({ rule, from: 'yesterday' }, headers)).json<object>()).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect((await post({ rule, from: 0, to: '1970-02-01' }, headers)).json<object>()).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{ path: '/to' }] });
    expect((await post({ rule: { ...rule, clearAt: 90 } }, headers)).json<object>()).toMatchObject({ status: 422, code: 'RULE_INVALID' });
  });

  it('is for those who may write rules', async () => {
    const scoped = { ...rule, id: 'mine', scope: { areas: ['east'] } };
    const answers = await Promise.all(ROLES.map(async (role) => [role, (await post({ rule: scoped }, await hub.as(role, 'east'))).statusCode]));
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(ROLES.map((role) => [role, role === 'admin' || role === 'operator' ? 202 : 403])));
    expect((await post({ rule: scoped }, {})).statusCode).toBe(401);
  });
});
