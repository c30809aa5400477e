import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DeviceId, EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import { DIGEST_ALGORITHMS, DIGEST_REALM, digestHash, type DeviceDigest, type DigestAlgorithm } from '../devices/device-digests.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { RandomBytes } from '../identity/secrets.js';

const NONCE_MS = 5 * 60_000;
/** Nonces in use whose counts are remembered; a forgotten one is stale. */
const MOST_NONCES = 10_000;
const LONGEST_HEADER = 4096;

export interface HttpAttempt {
  readonly device: DeviceId;
  readonly authorization: string | undefined;
  readonly method: string;
  /** The request's target as it was sent. */
  readonly url: string;
  /** Nobody can listen in: TLS, or the same machine. Basic is taken and offered then only. */
  readonly isPrivate: boolean;
}

/** `challenges`: values of WWW-Authenticate. `isGuess`: credentials were given, and wrong. */
export type HttpSignIn = { readonly entry: DeviceEntry } | { readonly challenges: string[]; readonly isGuess: boolean };

export interface HttpSignInDependencies {
  readonly directory: DeviceDirectory;
  readonly digestOf: (device: DeviceId) => Promise<DeviceDigest | undefined>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Sign-in of devices that post over HTTP, with their own credentials: basic (RFC 7617) or digest (RFC 7616, `qop=auth`, SHA-256 and MD5). */
export function createHttpSignIn({ directory, digestOf, clock, random }: HttpSignInDependencies): (attempt: HttpAttempt) => Promise<HttpSignIn> {
  const key = random(32);
  /** Highest `nc` of each nonce that was used: none is taken twice. */
  const counts = new Map<string, number>();
  /** When the newest nonce was made whose count is forgotten: of those up to then nobody knows what was used. */
  let forgottenUntil: EpochMs = -Infinity;

  const sign = (stem: string): string => createHmac('sha256', key).update(stem).digest('base64url').slice(0, 32);
  function newNonce(): string {
    const stem = `${clock.now().toString(36)}.${random(6).toString('hex')}`;
    return `${stem}.${sign(stem)}`;
  }

  function madeAt(nonce: string): EpochMs | undefined {
    const [time = '', salt = '', signature = ''] = nonce.split('.');
    return isSame(signature, sign(`${time}.${salt}`)) ? Number.parseInt(time, 36) : undefined;
  }

  function challenges(isPrivate: boolean, isStale: boolean): string[] {
    const nonce = newNonce();
    const digests = DIGEST_ALGORITHMS.map((algorithm) => `Digest realm="${DIGEST_REALM}", qop="auth", algorithm=${algorithm}, nonce="${nonce}"${isStale ? ', stale=true' : ''}`);
    return isPrivate ? [...digests, `Basic realm="${DIGEST_REALM}", charset="UTF-8"`] : digests;
  }

  function useCount(nonce: string, count: number, at: EpochMs): boolean {
    const used = counts.get(nonce);
    if (used === undefined && at <= forgottenUntil) return false;
    if (count <= (used ?? 0)) return false;
    if (used === undefined && counts.size >= MOST_NONCES) forgetOldest();
    counts.set(nonce, count);
    return true;
  }

  function forgetOldest(): void {
    for (const oldest of counts.keys()) {
      counts.delete(oldest);
      forgottenUntil = Math.max(forgottenUntil, madeAt(oldest) ?? -Infinity);
      return;
    }
  }

  function basic(header: string, { device }: HttpAttempt): DeviceEntry | undefined {
    const text = Buffer.from(header.slice(6).trim(), 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon >= 0 && text.slice(0, colon) === device ? directory.authenticate(device, Buffer.from(text.slice(colon + 1))) : undefined;
  }

  async function digest(header: string, { device, method, url }: HttpAttempt): Promise<DeviceEntry | 'stale' | undefined> {
    const given = parametersOf(header.slice(7));
    const { nonce = '', nc = '', cnonce = '', response = '', uri, username, realm, qop } = given;
    const algorithm = algorithmOf(given['algorithm']);
    const at = madeAt(nonce);
    if (algorithm === undefined || username !== device || realm !== DIGEST_REALM || qop !== 'auth' || uri !== url || at === undefined || !/^[0-9a-f]{8}$/i.test(nc)) return undefined;
    const ha1 = (await digestOf(device))?.[algorithm];
    const ha2 = digestHash(algorithm, `${method}:${uri}`);
    const expected = digestHash(algorithm, `${ha1 ?? ''}:${nonce}:${nc}:${cnonce}:auth:${ha2}`);
    if (!isSame(response.toLowerCase(), expected) || ha1 === undefined) return undefined;
    const now = clock.now();
    // Right, but the nonce is old or this count has been used: to be asked again costs the device one round trip.
    if (now - at > NONCE_MS || at > now + NONCE_MS || !useCount(nonce, Number.parseInt(nc, 16), at)) return 'stale';
    const entry = directory.get(device);
    return entry?.device.status === 'retired' ? undefined : entry;
  }

  return async (attempt) => {
    const { authorization = '', isPrivate } = attempt;
    const refused = (isGuess: boolean, isStale = false): HttpSignIn => ({ challenges: challenges(isPrivate, isStale), isGuess });
    if (authorization === '') return refused(false);
    if (authorization.length > LONGEST_HEADER) return refused(true);
    if (/^basic /i.test(authorization)) {
      // Not even looked at where others may have read it: that would only tell a guesser more.
      const entry = isPrivate ? basic(authorization, attempt) : undefined;
      return entry === undefined ? refused(true) : { entry };
    }
    const found = /^digest /i.test(authorization) ? await digest(authorization, attempt) : undefined;
    if (found === 'stale') return refused(false, true);
    return found === undefined ? refused(true) : { entry: found };
  };
}

function algorithmOf(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5'; // RFC 7616, 3.4
  return DIGEST_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

const PARAMETER = /([a-z][a-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/gi;

function parametersOf(text: string): Partial<Record<'username' | 'realm' | 'nonce' | 'uri' | 'qop' | 'nc' | 'cnonce' | 'response' | 'algorithm', string>> {
  return Object.fromEntries([...text.matchAll(PARAMETER)].map(([, name = '', quoted, bare = '']) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare]));
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
