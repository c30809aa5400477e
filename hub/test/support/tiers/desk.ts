import type { HubClient } from '../hub-client.js';
import type { HubProcess } from '../hub-process.js';

/** Somebody at a screen of a process that is killed now and then: signs in when needed. A request rejects while the process is away. */
export interface Desk {
  get<T>(path: string): Promise<T>;
  post(path: string, body: unknown): Promise<void>;
  /** Every page of a list. */
  all<T>(path: string): Promise<T[]>;
}

const PAGE = 200;

export function openDesk(process: HubProcess): Desk {
  let signedIn: Promise<HubClient> | undefined;
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    signedIn ??= process.signIn().catch((error: unknown) => { signedIn = undefined; throw error; });
    const answer = await (await signedIn).fetch(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (answer.status === 401) signedIn = undefined;
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T; // the caller names the shape that the contract promises
  }
  const desk: Desk = {
    get: <T>(path: string) => ask<T>('GET', path),
    post: async (path, body) => { await ask('POST', path, body); },
    async all<T>(path: string) {
      const items: T[] = [];
      for (let cursor = ''; ;) {
        const { data, next } = await desk.get<{ data: T[]; next?: string }>(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${cursor}`);
        items.push(...data);
        if (next === undefined) return items;
        cursor = `&cursor=${encodeURIComponent(next)}`;
      }
    },
  };
  return desk;
}
