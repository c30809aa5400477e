import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SESSION_COOKIE } from '../../src/identity/types.js';
import { openHub, PASSWORD, PROBLEM, type TestHub } from './test-hub.js';

let hub: TestHub;
beforeEach(async () => { hub = await openHub(); });
afterEach(async () => { await hub.close(); });

describe('a session', () => {
  it('is a cookie that scripts and other sites can not use, and works until signed out', async () => {
    const signedIn = await hub.signIn();
    expect(signedIn.json()).toEqual({ username: 'admin', name: '管理员', role: 'admin', serves: 'subdistrict' });
    const [cookie] = signedIn.cookies;
    expect(cookie).toMatchObject({ name: SESSION_COOKIE, httpOnly: true, sameSite: 'Strict', path: '/' });
    const cookies = { [SESSION_COOKIE]: cookie?.value ?? '' };
    expect((await hub.app.inject({ url: '/api/v1/session', cookies })).json()).toMatchObject({ username: 'admin' });

    const out = await hub.app.inject({ method: 'DELETE', url: '/api/v1/session', cookies });
    expect([out.statusCode, out.body, out.cookies[0]?.value]).toEqual([204, '', '']);
    expect((await hub.app.inject({ url: '/api/v1/session', cookies })).statusCode).toBe(401);
  });

  it('is refused for a wrong password', async () => {
    const answer = await hub.app.inject({ method: 'POST', url: '/api/v1/session', payload: { username: 'admin', password: 'wrong' } });
    expect([answer.statusCode, answer.headers['content-type'], answer.json<{ code: string }>().code]).toEqual([401, expect.stringContaining(PROBLEM), 'CREDENTIALS_WRONG']);
    expect(answer.cookies).toEqual([]);
  });

  it('can be tried ten times a minute from one source', async () => {
    await hub.close();
    hub = await openHub({ signInsPerMinute: 3 });
    const attempt = () => hub.app.inject({ method: 'POST', url: '/api/v1/session', payload: { username: 'admin', password: 'wrong' } });
    for (let count = 0; count < 3; count += 1) expect((await attempt()).statusCode).toBe(401);
    const answer = await attempt();
    expect(answer.json()).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(answer.headers['content-type']).toContain(PROBLEM);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await hub.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  });
});

describe('a request from another site', () => {
  it.each([
    ['another site', 'https://evil.example', 403],
    ['a sandboxed page', 'null', 403],
    ['another port', 'http://hub.local:81', 403],
    ['the console itself', 'http://hub.local', 201],
    ['a program without an origin', undefined, 201],
  ])('with a cookie: %s', async (_what, origin, status) => {
    const cookies = { [SESSION_COOKIE]: (await hub.signIn()).cookies[0]?.value ?? '' };
    const answer = await hub.app.inject({
      method: 'POST', url: '/api/v1/areas', cookies, headers: { host: 'hub.local', ...(origin === undefined ? {} : { origin }) },
      payload: { id: 'north', level: 'subdistrict', parent: 'city', name: '北' },
    });
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'ORIGIN_REFUSED' });
  });

  it('can not sign a person in, and may use a token of its own', async () => {
    const headers = { host: 'hub.local', origin: 'https://evil.example' };
    expect((await hub.app.inject({ method: 'POST', url: '/api/v1/session', headers, payload: { username: 'admin', password: PASSWORD } })).statusCode).toBe(403);
    const { authorization } = await hub.as('admin');
    expect((await hub.app.inject({ method: 'DELETE', url: '/api/v1/devices/bin-2', headers: { ...headers, authorization } })).statusCode).toBe(204);
  });
});
