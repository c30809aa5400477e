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
  /** Streams the rows of an answer; `read` gives a column of the row. Also ends, with the signal's reason, when it is aborted. */
  rows(query: ParameterizedQuery, onRow: (read: (column: string) => string) => void, options: { timeoutMs: number; signal?: AbortSignal }): Promise<void>;
  post(path: string, body: unknown): Promise<void>;
  get(path: string, timeoutMs: number): Promise<void>;
  /** Ends the requests in flight, which reject, as do all later ones. */
  close(): void;
}

interface RequestOptions { readonly timeoutMs?: number; readonly agent?: HttpAgent | HttpsAgent; readonly signal?: AbortSignal }

const compress = promisify(gzip);

export function createInfluxHttp({ url, token, org, bucket }: InfluxSettings, requestTimeoutMs: number): InfluxHttp {
  const Agent = url.startsWith('https:') ? HttpsAgent : HttpAgent;
  /** Writes have a connection of their own, so that slow queries can't hold them up. */
  const agents = { write: new Agent({ keepAlive: true, maxSockets: 1 }), other: new Agent({ keepAlive: true, maxSockets: 8 }) };
  const place = new URLSearchParams({ org, bucket }).toString();

  const inFlight = new Set<AbortController>();
  let isClosed = false;

  /** The library's own timeout watches for silence only and leaves the request open; the signal ends it, after its time or when it is closed. */
  async function request<T>(work: (client: InfluxDB) => Promise<T>, { timeoutMs = requestTimeoutMs, agent = agents.other, signal }: RequestOptions = {}): Promise<T> {
    if (isClosed) throw new Error('the connection is closed');
    signal?.throwIfAborted();
    const ending = new AbortController();
    const timer = setTimeout(() => { ending.abort(); }, timeoutMs);
    inFlight.add(ending);
    const abort = (): void => { ending.abort(); };
    signal?.addEventListener('abort', abort);
    try {
      return await work(new InfluxDB({ url, token, timeout: timeoutMs, transportOptions: { agent, signal: ending.signal } }));
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
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
    rows: (query, onRow, options) => request((client) => new Promise((resolve, reject) => {
      client.getQueryApi(org).queryRows(query, {
        next(row, table) { onRow((column) => row[table.column(column).index] ?? ''); }, error: reject, complete: resolve,
      });
    }), options),
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
