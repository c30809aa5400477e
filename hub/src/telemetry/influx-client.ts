import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { InfluxDB, type ParameterizedQuery } from '@influxdata/influxdb-client';

export interface InfluxSettings {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
}

/** The server's HTTP API through the client library; every call is bounded in time and rejects with the library's HttpError or a network error. */
export interface InfluxHttp {
  write(lines: readonly string[], precision: 'ms' | 'ns'): Promise<void>;
  query<Row>(query: ParameterizedQuery): Promise<Row[]>;
  post(path: string, body: unknown): Promise<void>;
  get(path: string, timeoutMs: number): Promise<void>;
  /** Ends the requests in flight, which reject, as do all later ones. */
  close(): void;
}

interface RequestOptions { readonly timeoutMs?: number; readonly agent?: HttpAgent | HttpsAgent }

const compress = promisify(gzip);

export function createInfluxHttp({ url, token, org, bucket }: InfluxSettings, requestTimeoutMs: number): InfluxHttp {
  const Agent = url.startsWith('https:') ? HttpsAgent : HttpAgent;
  /** Writes have a connection of their own, so that slow queries can't hold them up. */
  const agents = { write: new Agent({ keepAlive: true, maxSockets: 1 }), other: new Agent({ keepAlive: true, maxSockets: 8 }) };
  const place = new URLSearchParams({ org, bucket }).toString();

  const inFlight = new Set<AbortController>();
  let isClosed = false;

  /** The library's own timeout watches for silence only and leaves the request open; the signal ends it, after its time or when it is closed. */
  async function request<T>(work: (client: InfluxDB) => Promise<T>, { timeoutMs = requestTimeoutMs, agent = agents.other }: RequestOptions = {}): Promise<T> {
    if (isClosed) throw new Error('the connection is closed');
    const ending = new AbortController();
    const timer = setTimeout(() => { ending.abort(); }, timeoutMs);
    inFlight.add(ending);
    try {
      return await work(new InfluxDB({ url, token, timeout: timeoutMs, transportOptions: { agent, signal: ending.signal } }));
    } finally {
      clearTimeout(timer);
      inFlight.delete(ending);
    }
  }

  const send = (path: string, method: string, body: string | Buffer, headers: Record<string, string>, options: RequestOptions = {}): Promise<void> =>
    request((client) => new Promise((resolve, reject) => {
      client.transport.send(
        path,
        body as string, // declared as text, handed to Buffer.from, which takes bytes too: so the gzip level is ours to choose
        { method, headers },
        { error: reject, complete: resolve });
    }), options);

  return {
    async write(lines, precision) {
      const body = await compress(lines.join('\n'), { level: 1 });
      await send(`/api/v2/write?${place}&precision=${precision}`, 'POST', body, { 'content-type': 'text/plain; charset=utf-8', 'content-encoding': 'gzip' }, { agent: agents.write });
    },
    query: <Row>(query: ParameterizedQuery) => request((client) => client.getQueryApi(org).collectRows<Row>(query)),
    post: (path, body) => send(`${path}?${place}`, 'POST', JSON.stringify(body), { 'content-type': 'application/json' }),
    get: (path, timeoutMs) => send(path, 'GET', '', {}, { timeoutMs }),
    close() {
      isClosed = true;
      for (const ending of inFlight) ending.abort();
      agents.write.destroy();
      agents.other.destroy();
    },
  };
}
