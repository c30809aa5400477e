import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { checkedAddresses, type CheckedAddress, type Resolve } from './safe-address.js';

/** A whole exchange, from looking up the name to the end of the answer. */
export const POST_MS = 10_000;
/** More of an answer than this is not read. */
const ANSWER_BYTES = 64 * 1024;

export interface PostRequest {
  readonly url: URL; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly allowPrivate: boolean;
  /** Ends it early, as when the hub stops. */
  readonly signal?: AbortSignal | undefined;
}
export interface PostAnswer { readonly status: number; readonly retryAfter: string | undefined; readonly location: string | undefined; /** Undefined when its body did not come to an end in time, or was cut off. */ readonly text: string | undefined }
/** Posts and answers whatever status came back. Redirects are not followed. Throws UnsafeAddressError, and what sockets throw. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/**
 * POST that can't be led astray: the host's addresses are checked and the connection goes to exactly those, so a name that answers differently a moment later
 * changes nothing. A redirect is an answer like any other: following one would carry a signed message to whoever is named there.
 */
export function createPost({ resolve, timeoutMs = POST_MS }: { resolve: Resolve; timeoutMs?: number }): Post {
  return async ({ url, headers, body, allowPrivate, signal }) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const ends = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    const addresses = await within(ends, checkedAddresses(url, { allowPrivate, resolve }));
    const answer = await exchange(url, { method: 'POST', headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, agent: false, lookup: pinnedTo(addresses), signal: ends }, body);
    const { statusCode = 0, headers: { 'retry-after': retryAfter, location } } = answer;
    return { status: statusCode, retryAfter, location, text: await readText(answer) };
  };
}

function exchange(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

/** Answers the checked addresses whatever is asked. */
function pinnedTo(addresses: readonly CheckedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error('no address'), '', 0);
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** The status has been answered by now: a body that never ends takes nothing of it back. */
async function readText(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= ANSWER_BYTES) break; // leaving the loop destroys the socket
    }
  } catch {
    return undefined; // said by whoever needs the body
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}

/** A resolver can't be told to stop; it is no longer waited for. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => { reject(signal.reason instanceof Error ? signal.reason : new Error('aborted')); };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => { signal.removeEventListener('abort', onAbort); });
  });
}
