import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnsafeAddressError } from '../../src/notifications/safe-address.js';
import { createPost } from '../../src/notifications/safe-post.js';
import { openReceiver, replying, type Receiver } from './receiver.js';

let receiver: Receiver;
beforeEach(async () => { receiver = await openReceiver(); });
afterEach(() => receiver.close());

const post = createPost({ resolve: async () => [{ address: '127.0.0.1' }] });
const request = (path = '/', more: { allowPrivate?: boolean; signal?: AbortSignal; host?: string } = {}) =>
  ({ url: new URL(`http://${more.host ?? '127.0.0.1'}:${receiver.port}${path}`), headers: { 'content-type': 'application/json' }, body: '{"a":"中"}', allowPrivate: more.allowPrivate ?? true, signal: more.signal });

describe('posting', () => {
  it('sends the body whole and answers status, text and Retry-After', async () => {
    receiver.state.reply = replying(429, 'later', { 'retry-after': '7' });
    expect(await post(request('/hook?key=1'))).toEqual({ status: 429, text: 'later', retryAfter: '7', location: undefined });
    expect(receiver.received).toMatchObject([{ path: '/hook?key=1', body: '{"a":"中"}', headers: { 'content-length': '11' } }]);
  });

  it('connects to nothing that is not public', async () => {
    await expect(post(request('/', { allowPrivate: false }))).rejects.toBeInstanceOf(UnsafeAddressError);
    expect(receiver.received).toEqual([]);
  });

  it('connects to the address that was checked, though the name means another one by then', async () => {
    let asked = 0;
    const rebinding = createPost({ resolve: async () => { asked += 1; return [{ address: asked === 1 ? '127.0.0.1' : '192.0.2.1' }]; } });
    expect((await rebinding(request('/', { host: 'rebind.example' }))).status).toBe(204);
    expect([asked, receiver.received[0]?.headers.host]).toEqual([1, `rebind.example:${receiver.port}`]);
  });

  it('follows no redirect, of whatever kind', async () => {
    const other = await openReceiver();
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        receiver.state.reply = replying(status, '', { location: `${other.url}/metadata` });
        expect(await post(request())).toMatchObject({ status, location: `${other.url}/metadata` });
      }
      expect(other.received).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('ends after its time whether no head comes, or a body that never ends', async () => {
    const hasty = createPost({ resolve: async () => [], timeoutMs: 1_000 }); // time enough for a head
    receiver.state.reply = () => undefined;
    await expect(hasty(request())).rejects.toMatchObject({ name: 'AbortError' });
    receiver.state.reply = (response) => { response.writeHead(200).write('x'); };
    expect(await hasty(request())).toMatchObject({ status: 200, text: undefined });
  });

  it('ends after its time when the resolver never answers', async () => {
    const hasty = createPost({ resolve: () => new Promise(() => undefined), timeoutMs: 60 });
    await expect(hasty(request('/', { host: 'slow.example' }))).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('reads 64 KiB of an answer and no more', async () => {
    receiver.state.reply = (response) => { response.writeHead(200); for (let i = 0; i < 64; i += 1) response.write('x'.repeat(64 * 1024)); };
    expect((await post(request())).text).toHaveLength(64 * 1024);
  });

  it('fails when the connection is cut, and when told to stop', async () => {
    receiver.state.reply = (_response, _received, { socket }) => { socket.destroy(); };
    await expect(post(request())).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(post(request('/', { signal: AbortSignal.abort() }))).rejects.toThrow();
  });
});
