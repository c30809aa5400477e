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
  close(): void;
}

const compress = promisify(gzip);

export function createInfluxHttp({ url, token, org, bucket }: InfluxSettings, requestTimeoutMs: number): InfluxHttp {
  const Agent = url.startsWith('https:') ? HttpsAgent : HttpAgent;
  /** Writes have a connection of their own, so that slow queries can't hold them up. */
  const agents = { write: new Agent({ keepAlive: true, maxSockets: 1 }), other: new Agent({ keepAlive: true, maxSockets: 8 }) };
  const place = new URLSearchParams({ org, bucket }).toString();

  /** The library's own timeout watches for silence only and leaves the request open; the signal ends it. */
  const client = (timeoutMs = requestTimeoutMs, agent = agents.other): InfluxDB =>
    new InfluxDB({ url, token, timeout: timeoutMs, transportOptions: { agent, signal: AbortSignal.timeout(timeoutMs) } });

  const send = (path: string, method: string, body: string | Buffer, headers: Record<string, string>, from = client()): Promise<void> =>
    new Promise((resolve, reject) => {
      from.transport.send(
        path,
        body as string, // declared as text, handed to Buffer.from, which takes bytes too: so the gzip level is ours to choose
        { method, headers },
        { error: reject, complete: resolve });
    });

  return {
    async write(lines, precision) {
      const body = await compress(lines.join('\n'), { level: 1 });
      await send(`/api/v2/write?${place}&precision=${precision}`, 'POST', body, { 'content-type': 'text/plain; charset=utf-8', 'content-encoding': 'gzip' }, client(requestTimeoutMs, agents.write));
    },
    query: <Row>(query: ParameterizedQuery) => client().getQueryApi(org).collectRows<Row>(query),
    post: (path, body) => send(`${path}?${place}`, 'POST', JSON.stringify(body), { 'content-type': 'application/json' }),
    get: (path, timeoutMs) => send(path, 'GET', '', {}, client(timeoutMs)),
    close() {
      agents.write.destroy();
      agents.other.destroy();
    },
  };
}
