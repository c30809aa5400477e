import { ApiError, problemOf } from './api-error.js';

export type Query = Record<string, string | number | boolean | undefined>;
export interface SendOptions { readonly body?: Blob | string; readonly headers?: Record<string, string>; readonly timeoutMs?: number }
export interface ApiClient {
  get<T>(path: string, query?: Query): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** Any other body, or headers of its own; the whole answer, for what isn't JSON. `timeoutMs` replaces the usual one. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
}
export interface ApiClientOptions {
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  /** The session is no longer valid; called besides throwing. */
  readonly onUnauthenticated: () => void;
}

/** Calls under `/api/v1` of the same origin, with the session's cookie. Every method throws ApiError. */
export function createApiClient({ fetch, timeoutMs, onUnauthenticated }: ApiClientOptions): ApiClient {
  const call = (method: string, path: string, body?: unknown) =>
    send(method, path, body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  async function send(method: string, path: string, options: SendOptions = {}): Promise<Response> {
    const response = await fetch(`/api/v1${path}`, {
      method, credentials: 'same-origin', signal: AbortSignal.timeout(options.timeoutMs ?? timeoutMs),
      headers: { accept: 'application/json', ...options.headers }, ...(options.body === undefined ? {} : { body: options.body }),
    }).catch((cause: unknown) => { throw unanswered(cause); });
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (problem.code === 'UNAUTHENTICATED') onUnauthenticated();
    throw problem;
  }
  return {
    get: async <T>(path: string, query?: Query) => bodyOf<T>(await call('GET', path + queryText(query))),
    post: async <T>(path: string, body?: unknown) => bodyOf<T>(await call('POST', path, body ?? {})),
    put: async <T>(path: string, body: unknown) => bodyOf<T>(await call('PUT', path, body)),
    patch: async <T>(path: string, body: unknown) => bodyOf<T>(await call('PATCH', path, body)),
    send,
    async delete(path) { await call('DELETE', path); },
  };
}

/** The hub checks its answers against the schemas that T comes from, so they aren't checked again here. */
const bodyOf = async <T>(response: Response): Promise<T> => await response.json() as T;

const unanswered = (cause: unknown): ApiError =>
  new ApiError(cause instanceof DOMException && cause.name === 'TimeoutError' ? 'TIMEOUT' : 'UNREACHABLE', 0, { cause });

function queryText(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '').map(([key, value]) => [key, String(value)]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
