import type { Rule, RuleVersion } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHub, rule, type TestHub } from './test-hub.js';

let hub: TestHub;
let headers: { authorization: string };
beforeAll(async () => {
  hub = await openHub();
  headers = await hub.as('admin');
});
afterAll(() => hub.close());

const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: unknown) => {
  const answer = await hub.app.inject({ method, url: `/api/v1${url}`, headers: { ...headers, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) }, ...(payload === undefined ? {} : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }) });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json<Record<string, unknown>>() };
};
const full: Rule = { ...rule, id: 'full' };

describe('rules over REST', () => {
  it('are added, read, changed with the version that was read, and deleted; the evaluator is told each time', async () => {
    hub.asked.rules.length = 0;
    const made = await call('POST', '/rules', full);
    expect(made).toMatchObject({ status: 201, body: { id: 'full', version: 1, updatedBy: 'token:admin-all', schedule: { hours: [6, 22] } } });
    const read = (await call('GET', '/rules/full')).body as Rule;
    expect(read).toEqual(made.body);
    expect(await call('PUT', '/rules/full', { ...read, clearAt: 60 })).toMatchObject({ status: 200, body: { version: 2, clearAt: 60 } });
    expect(await call('PUT', '/rules/full', { ...read, clearAt: 50 })).toMatchObject({ status: 409, body: { code: 'RULE_CHANGED' } });
    expect((await call('DELETE', '/rules/full')).status).toBe(204);
    expect(await call('GET', '/rules/full')).toMatchObject({ status: 404, body: { code: 'RULE_NOT_FOUND' } });
    expect(((await call('GET', '/rules/full/versions')).body as { data: RuleVersion[] }).data.map(({ version, change }) => [version, change])).toEqual([[3, 'deleted'], [2, 'changed'], [1, 'created']]);
    expect(hub.asked.rules).toMatchObject([{ id: 'full', version: 1, rule: { clearAt: 70 } }, { id: 'full', version: 2, rule: { clearAt: 60 } }, { id: 'full', version: 3, rule: undefined }]);
  });

  it('may name a device, an area or a kind twice in their scope, and hold each once', async () => {
    const scope = { devices: ['bin-2', 'bin-1', 'bin-2'], areas: ['east', 'west', 'east'] };
    const made = await call('POST', '/rules', { ...full, id: 'twice', kinds: ['waste_bin', 'waste_bin'], scope });
    expect(made).toMatchObject({ status: 201, body: { kinds: ['waste_bin'], scope: { devices: ['bin-2', 'bin-1'], areas: ['east', 'west'] } } });
    expect((await call('POST', '/rules/preview', { rule: { ...made.body, scope } })).status).toBe(200);
    expect((await call('DELETE', '/rules/twice')).status).toBe(204);
  });

  it('say what is wrong in both languages, so that a Chinese page need not show an English sentence', async () => {
    expect(await call('POST', '/rules', { ...full, id: 'lost', scope: { areas: ['nowhere'] } })).toMatchObject({
      status: 422, body: { code: 'RULE_INVALID', detail: 'scope.areas has nowhere, and there is no such area; take it out, or name another.', detailZh: '范围里的区域 nowhere 不存在；请从范围里去掉它，或改选别的区域。' },
    });
  });

  it('of every type come back as they were written', async () => {
    const shared = { name: rule.name, message: rule.message, enabled: true, onDelayS: 1, offDelayS: 2, manualClear: true, inhibitedBy: ['bin-full'] };
    const every: Record<string, unknown>[] = [
      { type: 'range', kinds: ['waste_bin'], metric: 'temperature', bands: [{ low: 0, high: 40, severity: 'minor' }], deadband: 1 },
      { type: 'state', kinds: ['waste_bin'], metric: 'tilted', equals: true, severity: 'minor' },
      { type: 'change', kinds: ['waste_bin'], metric: 'temperature', direction: 'down', by: 5, withinS: 60, severity: 'minor' },
      { type: 'count', kinds: ['waste_bin'], metric: 'fill_level', direction: 'above', limit: 90, count: 3, withinS: 60, severity: 'minor' },
      { type: 'event', kinds: ['access_gate'], event: 'denied', count: 3, withinS: 60, clearOn: ['granted'], clearAfterS: 9, severity: 'minor' },
      { type: 'silence', kinds: ['gateway'], intervals: 2.5, severity: 'minor', scope: { profiles: ['urban'] } },
      { type: 'combined', kinds: ['waste_bin'], severity: 'major', when: { op: 'any', of: [{ type: 'state', metric: 'tilted', equals: true }, { op: 'not', of: [{ op: 'all', of: [{ type: 'compare', metric: 'battery', direction: 'below', limit: 5 }, { type: 'outside', metric: 'temperature', low: 0, high: 9 }] }] }, { type: 'change', metric: 'fill_level', direction: 'up', by: 5, withinS: 9 }, { type: 'event', event: 'tamper', count: 2, withinS: 5 }] } },
      { type: 'aqi', kinds: ['env_sensor'], bands: [{ limit: 201, severity: 'major' }], clearAt: 190, schedule: { weekdays: [1, 7], holidays: 'only' } },
      { type: 'noise', kinds: ['env_sensor'], class: '4a', bands: [{ over: 0, severity: 'info' }], deadband: 2, scope: { areas: ['east'] } },
    ];
    for (const own of every) {
      const body = { ...shared, ...own, id: String(own['type']) };
      expect(await call('POST', '/rules', body)).toMatchObject({ status: 201, body });
    }
    expect((await call('GET', '/rules')).body).toMatchObject({ data: [{ id: 'aqi' }, { id: 'bin-full' }, { id: 'change' }, { id: 'combined' }, { id: 'count' }, { id: 'event' }, { id: 'noise' }, { id: 'range' }, { id: 'silence' }, { id: 'state' }] });
  });

  it.each<[string, unknown, string]>([
    ['no type', { ...full, type: undefined }, '/type'], ['an unknown type', { ...full, type: 'magic' }, '/type'], ['a type from the prototype', { ...full, type: 'toString' }, '/type'], ['a member missing', { ...full, clearAt: undefined }, '/clearAt'],
    ['an unknown member', { ...full, bandz: [] }, '/bandz'], ['a metric nobody knows', { ...full, metric: 'magic' }, '/metric'], ['no bands', { ...full, bands: [] }, '/bands'],
    ['a list', [full], '/type'], ['text', '"rule"', '/type'], ['null', 'null', '/type'],
  ])('with %s do not fit the schema, which is said of its own type only', async (_name, body, path) => {
    const answer = await call('POST', '/rules', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect((answer.body?.['errors'] as { path: string }[]).map((fault) => fault.path)).toEqual([path]);
  });

  it.each<[string, unknown, string[]]>([
    ['a leaf with a direction that is none', { type: 'compare', metric: 'battery', direction: 'sideways', limit: 5 }, ['/of/0/direction']],
    ['a leaf that lacks its limit', { type: 'compare', metric: 'battery', direction: 'below' }, ['/of/0/limit']],
    ['a leaf of an unknown type', { type: 'magic', metric: 'battery' }, ['/of/0/type']],
    ['a node that is neither', { metric: 'battery' }, ['/of/0']],
    ['text in place of a node', 'battery', ['/of/0']],
    ['an empty group', { op: 'any', of: [] }, ['/of/0/of']],
    ['an unknown op around a leaf that is right', { op: 'xor', of: [{ type: 'state', metric: 'tilted', equals: true }] }, ['/of/0/op']],
    ['groups too deep', { op: 'not', of: [{ op: 'not', of: [{ op: 'not', of: [{ op: 'not', of: [{ type: 'state', metric: 'tilted', equals: true }] }] }] }] }, ['/of/0/of/0/of/0/of/0']],
  ])('whose tree has %s are told so of that node only, also in a preview', async (_name, node, paths) => {
    const combined = { name: rule.name, message: rule.message, enabled: true, onDelayS: 0, offDelayS: 0, id: 'tree', type: 'combined', kinds: ['waste_bin'], severity: 'major', when: { op: 'all', of: [node] } };
    for (const [url, body, at] of [['/rules', combined, '/when'], ['/rules/preview', { rule: combined }, '/rule/when']] as const) {
      const answer = await call('POST', url, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect((answer.body?.['errors'] as { path: string }[]).map(({ path }) => path)).toEqual(paths.map((path) => `${at}${path}`));
    }
  });

  it('that can not work are 422 with a sentence, also in a preview', async () => {
    for (const [url, wrap] of [['/rules', (own: Rule) => own], ['/rules/preview', (own: Rule) => ({ rule: own })]] as const) {
      expect(await call('POST', url, wrap({ ...full, clearAt: 85 } as Rule))).toMatchObject({ status: 422, body: { code: 'RULE_INVALID', detail: expect.stringContaining('clearAt') as string } });
      expect((await call('POST', url, JSON.stringify(wrap(full)).replace('"clearAt":70', '"clearAt":1e999'))).status).toBeGreaterThanOrEqual(400);
    }
    expect(await call('POST', '/rules/preview', { rule: { ...full, bandz: 1 } })).toMatchObject({ status: 400, body: { errors: [{ path: '/rule/bandz' }] } });
  });

  it('are previewed before they are saved', async () => {
    expect(await call('POST', '/rules/preview', { rule: full })).toMatchObject({ status: 200, body: { devices: 2, of: 2, matchesEverything: true, byKind: { waste_bin: 2 }, sample: ['bin-1', 'bin-2'] } });
  });
});

describe('the calendar over REST', () => {
  it('is replaced and read', async () => {
    const days = [{ date: '2026-10-01', kind: 'holiday', name: '国庆节' }];
    expect(await call('PUT', '/calendar', { days })).toMatchObject({ status: 200, body: { days, version: 1 } });
    expect(await call('GET', '/calendar')).toMatchObject({ status: 200, body: { days, version: 1 } });
    expect(await call('PUT', '/calendar', { days: [{ date: '2026-02-30', kind: 'holiday' }] })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(await call('PUT', '/calendar', { days: [{ date: 'tomorrow', kind: 'party' }] })).toMatchObject({ status: 400 });
  });
});
