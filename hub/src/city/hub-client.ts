import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { createGunzip } from 'node:zlib';
import type { EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import { PullError, retryAfterMs } from './pull-error.js';

export interface HubTarget { readonly url: string; readonly token: string; readonly caFile: string | undefined }
export interface HubRequest {
  readonly path: string; readonly body?: unknown;
  /** Of the answer the caller has: 304 then means that it still holds. */
  readonly etag?: string | undefined;
  /** The whole exchange, to the last byte. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}
/** `body` is undefined for 304. `dateMs`: the hub's clock as the answer began, `at`: ours at that moment. */
export interface HubAnswer { readonly body: unknown; readonly etag: string | undefined; readonly dateMs: EpochMs | undefined; readonly at: EpochMs }

/** Calls one hub. Answers 200 and 304; everything else is a PullError. Redirects are not followed: they would carry the token elsewhere. */
export interface HubClient {
  send(request: HubRequest): Promise<HubAnswer>;
  /** Ends idle connections. */
  close(): void;
}

/** An answer that grows beyond this is no page of ours. */
const ANSWER_BYTES = 4 * 1024 * 1024;
/** What is read of a refusal. */
const PROBLEM_BYTES = 64 * 1024;
/** One for the aggregates, one for the alerts, one for an acknowledgement. */
const SOCKETS = 3;
/** HTTP dates are cut to the second: on average half of one is missing. */
const DATE_CUT_MS = 500;
const CERTIFICATE_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID', 'CERT_SIGNATURE_FAILURE', 'ERR_TLS_CERT_ALTNAME_INVALID',
]);

export function createHubClient({ url, token, caFile }: HubTarget, { clock }: { clock: Clock }): HubClient {
  const isHttps = new URL(url).protocol === 'https:';
  const agent = isHttps ? new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS }) : new HttpAgent({ keepAlive: true, maxSockets: SOCKETS });
  let ca: Promise<string[] | undefined> | undefined;

  async function open(request: HubRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    ca ??= readCa(caFile);
    const authorities = await ca.catch((error: unknown) => {
      ca = undefined; // read again next time: somebody may mend it
      throw new PullError('settings', `the CA file ${caFile ?? ''} can not be read`, { cause: error });
    });
    const options: RequestOptions & { ca?: string[] } = {
      method: payload === undefined ? 'GET' : 'POST', agent, signal,
      headers: {
        accept: 'application/json', 'accept-encoding': 'gzip', authorization: `Bearer ${token}`, 'user-agent': 'Liandong city', ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
      },
      ...(authorities === undefined ? {} : { ca: authorities }),
    };
    return new Promise((resolve, reject) => {
      const sent = (isHttps ? httpsRequest : httpRequest)(new URL(`${url}/api/v1${request.path}`), options, resolve);
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  return {
    async send(request) {
      const timeout = AbortSignal.timeout(request.timeoutMs);
      try {
        const answer = await open(request, AbortSignal.any([timeout, request.signal]));
        const at = clock.now();
        const stated = Date.parse(answer.headers.date ?? '');
        const dateMs = Number.isFinite(stated) ? stated + DATE_CUT_MS : undefined;
        if (answer.statusCode === 304) {
          answer.resume();
          return { body: undefined, etag: request.etag, dateMs, at };
        }
        if (answer.statusCode !== 200) throw await refusal(answer, dateMs ?? at);
        return { body: parse(await readText(answer, ANSWER_BYTES)), etag: answer.headers.etag, dateMs, at };
      } catch (error) {
        throw error instanceof PullError ? error : toPullError(error, timeout.aborted);
      }
    },
    close: () => { agent.destroy(); },
  };
}

const readCa = async (caFile: string | undefined): Promise<string[] | undefined> => caFile === undefined ? undefined : [...rootCertificates, await readFile(caFile, 'utf8')];

async function readText(answer: IncomingMessage, limit: number): Promise<string> {
  const isZipped = answer.headers['content-encoding'] === 'gzip';
  const stream = isZipped ? answer.pipe(createGunzip()) : answer;
  // Pipes don't pass errors on: without this a cut connection would never end.
  if (isZipped) answer.once('error', (error) => { stream.destroy(error); });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw new PullError('garbage', 'its answer is far larger than a page');
      chunks.push(chunk);
    }
  } finally {
    if (!answer.complete) answer.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PullError('garbage', 'its answer is no JSON', { cause: error });
  }
}

/** What a status other than 200 means. What a stranger writes is not repeated; a hub's own `code` is. */
async function refusal(answer: IncomingMessage, dateMs: EpochMs): Promise<PullError> {
  const { statusCode: status = 0, headers } = answer;
  const code = await readText(answer, PROBLEM_BYTES).then(codeOf, () => undefined);
  const detail = `it answers ${status}${code === undefined ? '' : ` ${code}`}`;
  if (status === 401) return new PullError('token', detail, { code });
  if (status === 403) return new PullError('forbidden', detail, { code });
  if (status === 404) return new PullError('missing', detail, { code });
  if (status >= 300 && status < 400) return new PullError('redirect', `it answers ${status} and points elsewhere; set the url to where the hub really is`);
  if (status === 429 || status === 503) return new PullError('busy', detail, { code, retryAfterMs: retryAfterMs(headers['retry-after'], dateMs) });
  return new PullError(status >= 500 ? 'broken' : 'garbage', detail, { code });
}

function codeOf(text: string): string | undefined {
  const code = /"code":"([A-Z_]{1,40})"/.exec(text)?.[1];
  return code;
}

function toPullError(error: unknown, hasTimedOut: boolean): PullError {
  if (hasTimedOut) return new PullError('timeout', 'no whole answer in time', { cause: error });
  const code = (error as NodeJS.ErrnoException).code ?? ''; // errors of sockets, TLS and zlib have one
  if (CERTIFICATE_CODES.has(code)) return new PullError('certificate', `its certificate is not trusted (${code}); name the authority's file in caFile`, { cause: error });
  if (code.startsWith('Z_')) return new PullError('garbage', 'its answer can not be unpacked', { cause: error });
  return new PullError('unreachable', code === '' ? 'the connection failed' : `the connection failed (${code})`, { cause: error });
}
