import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHub, PROBLEM, type TestHub } from './test-hub.js';

let hub: TestHub;
let headers: Record<string, string>;
beforeAll(async () => {
  hub = await openHub();
  headers = { ...await hub.as('admin'), 'content-type': 'application/json' };
});
afterAll(async () => { await hub.close(); });

const good = { id: 'env-9', name: 'x', kind: 'env_sensor', area: 'east-garden' };
const post = (payload: string, type = 'application/json') => hub.app.inject({ method: 'POST', url: '/api/v1/devices', headers: { ...headers, 'content-type': type }, payload });

describe('a bad body', () => {
  it.each<[string, string, number, string]>([
    ['is no JSON', '{"id":', 400, 'VALIDATION_FAILED'],
    ['is missing', '', 400, 'VALIDATION_FAILED'],
    ['is null', 'null', 400, 'VALIDATION_FAILED'],
    ['is a list', '[]', 400, 'VALIDATION_FAILED'],
    ['has a number for a text', JSON.stringify({ ...good, name: 5 }), 400, 'VALIDATION_FAILED'],
    ['has a text for a number', JSON.stringify({ ...good, reportingIntervalS: '60' }), 400, 'VALIDATION_FAILED'],
    ['has an extra key', JSON.stringify({ ...good, secretHash: 'x' }), 400, 'VALIDATION_FAILED'],
    ['has an unknown word', JSON.stringify({ ...good, kind: 'toaster' }), 400, 'VALIDATION_FAILED'],
    ['has a newline in the id', JSON.stringify({ ...good, id: 'env-9\n' }), 400, 'VALIDATION_FAILED'],
    ['has an id in capitals', JSON.stringify({ ...good, id: 'ENV-9' }), 400, 'VALIDATION_FAILED'],
    ['has a blank name', JSON.stringify({ ...good, name: ' ' }), 400, 'VALIDATION_FAILED'],
    ['has a name of an accent alone', JSON.stringify({ ...good, name: '\u0301' }), 400, 'VALIDATION_FAILED'],
    ['has a name whose direction is turned', JSON.stringify({ ...good, name: 'bin \u202e9' }), 400, 'VALIDATION_FAILED'],
    ['has a place outside the earth', JSON.stringify({ ...good, location: { lng: 181, lat: 0 } }), 400, 'VALIDATION_FAILED'],
    ['reaches for the prototype', `{"__proto__":{"role":"admin"},${JSON.stringify(good).slice(1)}`, 400, 'VALIDATION_FAILED'],
    ['reaches for the constructor', `{"constructor":{"prototype":{}},${JSON.stringify(good).slice(1)}`, 400, 'VALIDATION_FAILED'],
    ['is ten thousand levels deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'VALIDATION_FAILED'],
    ['is larger than 1 MiB', JSON.stringify({ ...good, name: 'x'.repeat(1024 * 1024) }), 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_what, payload, status, code) => {
    const answer = await post(payload);
    expect([answer.statusCode, answer.headers['content-type'], answer.json<{ code: string }>().code]).toEqual([status, expect.stringContaining(PROBLEM), code]);
    expect(hub.registry.directory.get('env-9')).toBeUndefined();
  });

  it.each([
    ['{"id":', 'The body is not valid JSON: it ends too early.', '请求内容不是有效的 JSON：没有写完。'], ['hunter2', 'The body is not valid JSON.', '请求内容不是有效的 JSON。'],
    ['{"id" 1}', 'The body is not valid JSON: there is a mistake at character 7.', '请求内容不是有效的 JSON：第 7 个字符处有误。'],
    ['{"a":{"constructor":{"prototype":1}}}', 'The body must not hold __proto__ or constructor.prototype.', '请求内容里不能有 __proto__ 或 constructor.prototype。'],
  ])('that can not be read is answered with why, and never with what stood there: %s', async (payload, detail, detailZh) => {
    const answer = await post(payload);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, expect.stringContaining(PROBLEM)]);
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', detail, detailZh });
    expect(answer.body).not.toContain('hunter2');
  });

  it('is of a type the hub does not read', async () => {
    expect((await post('<device/>', 'application/xml')).json()).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  it('is answered with each place and what is wrong there, never with the value', async () => {
    const answer = await post(JSON.stringify({ ...good, name: 5, location: { lng: 181, lat: 0 }, colour: 'hunter2' }));
    const { errors } = answer.json<{ errors: { path: string; message: string }[] }>();
    expect(Object.fromEntries(errors.map(({ path, message }) => [path, message]))).toEqual({ '/colour': 'unknown member', '/location/lng': 'must be <= 180', '/name': 'must be a string' });
    expect(answer.body).not.toContain('hunter2');
    expect(errors).toEqual(expect.arrayContaining([
      { path: '/colour', message: 'unknown member', keyword: 'additionalProperties' }, { path: '/location/lng', message: 'must be <= 180', keyword: 'maximum', limit: 180 },
      { path: '/name', message: 'must be a string', keyword: 'type', expected: ['string'] },
    ]));
  });

  it('is answered in words: what is missing, what is allowed, and unknown members by a short name', async () => {
    const answer = await post(JSON.stringify({ id: 'Bin 9', kind: 'toaster', area: good.area, ['x'.repeat(500)]: 1 }));
    const { detail, errors } = answer.json<{ detail: string; errors: { path: string; message: string }[] }>();
    expect(Object.fromEntries(errors.map(({ path, message }) => [path, message]))).toEqual({
      '/id': expect.stringContaining('small letters, digits and hyphens') as string, '/kind': expect.stringMatching(/^must be one of waste_bin, /) as string,
      '/name': 'is missing', [`/${'x'.repeat(64)}`]: 'unknown member',
    });
    expect(detail).toContain('/name is missing');
  });
});

describe('a bad address', () => {
  it.each<[string, number, string]>([
    ['/api/v1/nothing', 404, 'NOT_FOUND'],
    ['/api/v2/devices', 404, 'NOT_FOUND'],
    ['/assets/missing.js', 404, 'NOT_FOUND'],
    ['/api/v1/devices/bin-1%0A', 400, 'VALIDATION_FAILED'],
    ['/api/v1/devices/..%2F..%2Fetc', 400, 'VALIDATION_FAILED'],
    ['/api/v1/devices/%E0%A4%A', 400, 'VALIDATION_FAILED'],
    ['/api/v1/devices/nobody', 404, 'DEVICE_NOT_FOUND'],
    ['/api/v1/devices?limit=0', 400, 'VALIDATION_FAILED'],
    ['/api/v1/devices?limit=1.5', 400, 'VALIDATION_FAILED'],
    ['/api/v1/devices?limit=1&limit=2', 400, 'VALIDATION_FAILED'],
    ['/api/v1/devices?cursor=!!', 400, 'CURSOR_INVALID'],
    ['/api/v1/devices?__proto__=1', 400, 'VALIDATION_FAILED'],
  ])('%s', async (url, status, code) => {
    const answer = await hub.app.inject({ url, headers });
    expect([answer.statusCode, answer.headers['content-type'], answer.json<{ code: string }>().code]).toEqual([status, expect.stringContaining(PROBLEM), code]);
  });
});
