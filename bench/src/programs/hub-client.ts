import type { AggregateAnswer, Credentials, ImportResult, Role, Telemetry } from '@liandong/protocols';

export interface HubClient {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<Answer>;
  addDevice(body: unknown): Promise<Credentials>;
  /** CSV. Answers the credentials of what was made. @throws Error when a row was refused */
  importDevices(csv: string): Promise<Credentials[]>;
  /** A new token, of an admin unless told. */
  token(role?: Role): Promise<string>;
  /** Aggregate rows to be had, counted page by page. */
  countRows(query: string): Promise<number>;
  /** Every stored row of a metric with `from <= ts < to`, counted page by page. */
  rows(query: { device: string; metric: string; from: number; to: number }): Promise<number>;
  /** Journal records the store holds, and the records its slowest reader has yet to read. */
  progress(): Promise<{ stored: number; lag: number }>;
  /** 99th percentile of the event loop's delay since the last time this was asked (ms). */
  loopDelayMs(): Promise<number>;
  isReady(): Promise<boolean>;
}

const PAGE = 10_000;

/** The hub's own REST, as user `admin`. */
export function createHubClient({ url, password }: { url: string; password: string }): HubClient {
  let cookie: string | undefined;

  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const answer = await fetch(`${url}${path}`, { ...init, headers: { ...init.headers, ...(cookie === undefined ? {} : { cookie }) } });
    if (!answer.ok) throw new Error(`the hub answered ${answer.status} to ${path}: ${await answer.text()}`);
    return answer;
  }
  const sendText = (path: string, body: string, type: string): Promise<Response> => call(`/api/v1${path}`, { method: 'POST', headers: { 'content-type': type }, body });
  const send = (path: string, body: unknown): Promise<Response> => sendText(path, JSON.stringify(body), 'application/json');

  /** A session, signed in for when it is first needed. */
  async function signIn(): Promise<void> {
    if (cookie !== undefined) return;
    const answer = await send('/session', { username: 'admin', password });
    cookie = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0]).join('; ');
  }

  const client: HubClient = {
    async get<Answer>(path: string) {
      await signIn();
      return await (await call(`/api/v1${path}`)).json() as Answer; // shapes are the contract's
    },
    async post<Answer>(path: string, body: unknown) {
      await signIn();
      return await (await send(path, body)).json() as Answer; // shapes are the contract's
    },
    addDevice: async (body) => (await client.post<{ credentials: Credentials }>('/devices', body)).credentials,
    async importDevices(csv) {
      await signIn();
      const { rows, counts, credentials } = await (await sendText('/devices/import', csv, 'text/csv')).json() as ImportResult; // the contract's shape
      if (counts.failed > 0) throw new Error(`the hub refused ${counts.failed} devices, such as ${JSON.stringify(rows.find(({ state }) => state === 'failed'))}`);
      return credentials;
    },
    token: async (role = 'admin') => (await client.post<{ token: string }>('/tokens', { name: 'bench', role })).token,
    async countRows(query) {
      let rows = 0;
      for (let since = ''; ;) {
        const { data, next } = await client.get<AggregateAnswer>(`/aggregates?${query}${since === '' ? '' : `&since=${since}`}`);
        rows += data.length;
        if (next === since) return rows;
        since = next;
      }
    },

    async rows({ device, metric, from, to }) {
      await signIn();
      const query = new URLSearchParams({ metric, from: String(from), to: String(to), raw: '1', limit: String(PAGE) });
      let rows = 0;
      for (let isMore = true; isMore;) {
        const { points, next } = await (await call(`/api/v1/devices/${device}/telemetry?${query.toString()}`)).json() as Telemetry; // the contract's shape
        rows += points.length;
        isMore = next !== undefined;
        if (next !== undefined) query.set('cursor', next);
      }
      return rows;
    },

    async progress() {
      const text = await (await call('/metrics')).text();
      const lags = [...text.matchAll(/^liandong_reader_lag\{reader="([^"]+)"\} (\d+)/gm)].map(([, reader, lag]) => ({ reader, lag: Number(lag) }));
      const last = Number(/^liandong_journal_last_sequence (\d+)/m.exec(text)?.[1]);
      const stored = last - (lags.find(({ reader }) => reader === 'store')?.lag ?? NaN);
      if (Number.isNaN(stored)) throw new Error('the hub\'s metrics do not say how far its store is');
      return { stored, lag: Math.max(...lags.map(({ lag }) => lag)) };
    },

    loopDelayMs: async () => Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(await (await call('/metrics')).text())?.[1]) * 1000,

    isReady: () => fetch(`${url}/readyz`).then(async (answer) => answer.ok && (await answer.json() as { status: string }).status === 'ready'),
  };
  return client;
}
