import { describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/api/client.js';
import { readAll } from '../../src/api/hub-api.js';
import { localPath } from '../../src/composables/use-sign-in.js';

function clientFor(answer: () => Response | Promise<Response>) {
  const calls: { url: string; init: RequestInit | undefined }[] = [];
  let expired = 0;
  const client = createApiClient({
    timeoutMs: 1000, onUnauthenticated: () => { expired += 1; },
    // Only text addresses are ever asked for.
    fetch: async (input, init) => { calls.push({ url: input as string, init }); return answer(); },
  });
  return { client, calls, expiries: () => expired };
}
const problem = (status: number, body: unknown, headers = {}) => new Response(JSON.stringify(body), { status, headers });

describe('the API client', () => {
  it('asks under /api/v1 with the cookie and leaves out what is not set', async () => {
    const { client, calls } = clientFor(() => Response.json({ data: [] }));
    await client.get('/alerts', { active: true, area: undefined, q: '' });
    expect(calls[0]).toMatchObject({ url: '/api/v1/alerts?active=true', init: { credentials: 'same-origin', method: 'GET' } });
  });
  it('turns a problem into its code with the time to wait', async () => {
    const { client } = clientFor(() => problem(429, { code: 'TOO_MANY_REQUESTS' }, { 'retry-after': '42' }));
    await expect(client.post('/session', {})).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterS: 42 });
  });
  it('keeps the places that do not fit a schema, and of a body from elsewhere only what looks like one', async () => {
    const fault = { path: '/name', message: 'is missing', keyword: 'required' };
    const { client } = clientFor(() => problem(400, { code: 'VALIDATION_FAILED', errors: [fault, null, 'x', { path: 5, message: '' }] }));
    await expect(client.post('/shifts', {})).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults: [fault] });
    const { client: other } = clientFor(() => problem(400, { errors: 'no list' }));
    await expect(other.post('/shifts', {})).rejects.toMatchObject({ faults: [] });
  });
  it('says that the session is over, but not for a wrong password', async () => {
    const over = clientFor(() => problem(401, { code: 'UNAUTHENTICATED' }));
    await expect(over.client.get('/alerts')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(over.expiries()).toBe(1);
    const wrong = clientFor(() => problem(401, { code: 'CREDENTIALS_WRONG' }));
    await expect(wrong.client.post('/session', {})).rejects.toMatchObject({ code: 'CREDENTIALS_WRONG' });
    expect(wrong.expiries()).toBe(0);
  });
  it('tells a hub that can not be reached from one that fails', async () => {
    const gone = clientFor(() => { throw new TypeError('Failed to fetch'); });
    await expect(gone.client.get('/areas')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const broken = clientFor(() => new Response('<html>', { status: 500 }));
    await expect(broken.client.get('/areas')).rejects.toMatchObject({ code: 'INTERNAL', status: 500 });
  });
});

describe('reading a list to its end', () => {
  it('follows the cursor and says when it stopped at the limit', async () => {
    const pages = async ({ cursor }: { cursor?: unknown }) => ({ data: [1, 2], ...(cursor === 'b' ? {} : { next: cursor === 'a' ? 'b' : 'a' }) });
    await expect(readAll(pages, {}, 100)).resolves.toEqual({ data: [1, 2, 1, 2, 1, 2], capped: false });
    await expect(readAll(pages, {}, 4)).resolves.toMatchObject({ capped: true });
  });
});

describe('the way back after signing in', () => {
  it.each([['/alerts?active=true', '/alerts?active=true'], ['//evil.example', '/'], ['/\\evil.example', '/'], ['https://evil.example', '/'], [undefined, '/']])('from %s leads to %s', (wanted, path) => {
    expect(localPath(wanted)).toBe(path);
  });
});
