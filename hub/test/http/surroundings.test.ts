import { afterEach, describe, expect, it } from 'vitest';
import { openHub, type TestHub } from './test-hub.js';

let hub: TestHub;
afterEach(async () => { await hub.close(); });
const get = (url: string) => hub.app.inject({ url });

describe('health', () => {
  it('tells alive, ready, degraded and down', async () => {
    hub = await openHub();
    expect((await get('/healthz')).json()).toEqual({ status: 'alive' });
    const states: unknown[] = [];
    for (const state of ['ready', 'degraded', 'down'] as const) {
      hub.health.parts = { mqtt: { state: 'ready' }, store: { state, detail: 'x' } };
      const answer = await get('/readyz');
      states.push([answer.statusCode, answer.json()]);
    }
    expect(states).toEqual([[200, 'ready'], [200, 'degraded'], [503, 'down']].map(([code, status]) =>
      [code, { status, parts: { mqtt: { state: 'ready' }, store: { state: status, detail: 'x' } } }]));
  });

  it('is OpenMetrics for Prometheus', async () => {
    hub = await openHub();
    const answer = await get('/metrics');
    expect(answer.headers['content-type']).toContain('application/openmetrics-text');
    expect(answer.body.trimEnd().endsWith('# EOF')).toBe(true);
  });
});

describe('the console', () => {
  it('is served with its index for every address of its own', async () => {
    hub = await openHub({ withConsole: true });
    for (const url of ['/', '/alerts', '/devices/bin-1?tab=history', '/index.html']) {
      const answer = await get(url);
      expect([url, answer.statusCode, answer.body, answer.headers['cache-control']]).toEqual([url, 200, '<!doctype html><title>console</title>', 'no-cache']);
    }
    expect((await get('/assets/index-abc123.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache');
    for (const url of ['/assets/old-1.js', '/api/nothing', '/socket.io/x', '/robots.txt', '/../hub.db', '/%2e%2e/hub.db']) expect([url, (await get(url)).statusCode]).toEqual([url, 404]);
    expect((await hub.app.inject({ method: 'POST', url: '/alerts' })).statusCode).toBe(404);
  });

  it('that was not built says how to build it', async () => {
    hub = await openHub();
    for (const url of ['/', '/alerts']) {
      const answer = await get(url);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
      expect(answer.body).toContain('npm run build');
    }
  });

  it('may run its own scripts only, and is framed by nobody', async () => {
    hub = await openHub({ withConsole: true });
    const policy = String((await get('/')).headers['content-security-policy']);
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect((await get('/')).headers['strict-transport-security']).toBeUndefined();
  });
});

describe('the try-it page', () => {
  it('is served from here, with nothing from elsewhere', async () => {
    hub = await openHub();
    const page = await get('/api/docs/');
    const home = page.statusCode === 302 ? await get('/api/docs/static/index.html') : page;
    expect([home.statusCode, home.body.includes('swagger-ui-bundle.js')]).toEqual([200, true]);
    expect(home.body).not.toMatch(/(src|href)="https?:/);
    expect(home.body).not.toMatch(/<script>[^<]/);
    expect((await get('/api/docs/static/swagger-ui-bundle.js')).statusCode).toBe(200);
    expect((await get('/api/docs/json')).statusCode).toBe(200);
  });
});
