import type { Area, Credentials, Device, NewArea, NewDevice } from '@liandong/protocols';

/** A signed-in caller of a hub's REST API. Paths start with `/` and lie under `/api/v1`. */
export interface HubClient {
  /** The hub's address, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Value of a Cookie header, for Socket.IO's `extraHeaders` and the like. */
  readonly cookie: string;
  /** The bare answer, whatever its status. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** JSON of a 2xx answer. @throws Error with status and body of any other */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
}

/** Signs in over `POST /session`. @throws Error with status and body when refused */
export async function signIn(url: string, username: string, password: string): Promise<HubClient> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }),
  });
  if (!answer.ok) throw new Error(`sign-in: ${String(answer.status)} ${await answer.text()}`);
  return clientWith(url, answer.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '').join('; '));
}

function clientWith(url: string, cookie: string): HubClient {
  const client: HubClient = {
    url, cookie,
    fetch(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('cookie', cookie);
      if (typeof init.body === 'string' && !headers.has('content-type')) headers.set('content-type', 'application/json');
      return fetch(`${url}/api/v1${path}`, { ...init, headers });
    },
    get: (path) => send(client, 'GET', path),
    post: (path, body) => send(client, 'POST', path, body),
    put: (path, body) => send(client, 'PUT', path, body),
    patch: (path, body) => send(client, 'PATCH', path, body),
    delete: async (path) => { await send(client, 'DELETE', path); },
  };
  return client;
}

async function send<T>(client: HubClient, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await client.fetch(path, body === undefined ? { method } : { method, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`);
  // The caller names the shape that the contract promises; a test that asserts on it finds out when it is another.
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** `POST /areas` */
export const createArea = (client: HubClient, area: NewArea): Promise<Area> => client.post<Area>('/areas', area);

/** A city, a sub-district and a community, one below the other; ids may be given where a test needs two communities. */
export async function createCommunity(client: HubClient, ids: { city?: string; subdistrict?: string; community?: string } = {}): Promise<{ city: string; subdistrict: string; community: string }> {
  const { city = 'suzhou', subdistrict = 'loufeng', community = 'xinghu' } = ids;
  await createArea(client, { id: city, level: 'city', name: '苏州市' });
  await createArea(client, { id: subdistrict, level: 'subdistrict', parent: city, name: '娄葑街道' });
  await createArea(client, { id: community, level: 'community', parent: subdistrict, name: '星湖社区', profile: 'urban' });
  return { city, subdistrict, community };
}

/** `POST /devices`; the answer holds the only sight of the secret. */
export const createDevice = (client: HubClient, device: NewDevice): Promise<{ device: Device; credentials: Credentials }> => client.post('/devices', device);
