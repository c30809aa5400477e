import { ERRORS, type ErrorCode } from '@liandong/protocols';
import { SESSION_COOKIE, type IdentityService } from '../identity/types.js';
import type { Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import type { LiveServer, LiveSocket } from './socket-server.js';
import type { FeedLogger } from './types.js';

/** What a socket signed in with; asked again on every call and every few seconds, so that a revoked session ends. */
export type Credentials = { readonly bearer: string } | { readonly sessionCookie: string };
type Middleware = Parameters<LiveServer['use']>[0];

/** Refused: `connect_error` with the code as message and `{code, title}` as data. */
export function createSignIn({ identity, logger }: { identity: Pick<IdentityService, 'authenticate'>; logger: FeedLogger }): Middleware {
  async function signIn(socket: LiveSocket): Promise<void> {
    const credentials = credentialsOf(socket);
    const principal = credentials && await identity.authenticate(credentials);
    if (principal === undefined) throw new AppError('UNAUTHENTICATED');
    socket.data = { principal, credentials: credentials as Credentials }; // a principal came from them
  }

  return (socket, next) => {
    signIn(socket).then(() => next(), (error: unknown) => {
      if (!(error instanceof AppError)) logger.error({ err: error }, 'A live sign-in failed.');
      next(connectError(error instanceof AppError ? error.code : 'INTERNAL'));
    });
  };
}

/** Same rights as when the socket signed in? A different role or area needs another subscription. */
export const isSamePrincipal = (a: Principal, b: Principal): boolean => a.name === b.name && a.role === b.role && a.area === b.area;

function connectError(code: ErrorCode): Error {
  return Object.assign(new Error(code), { data: { code, title: ERRORS[code].en } });
}

/** A token speaks for itself; a cookie is sent by the browser whoever asks, so the page's origin must be this hub. */
function credentialsOf({ handshake }: LiveSocket): Credentials | undefined {
  const { headers } = handshake;
  const auth = handshake.auth as { token?: unknown } | undefined; // undefined when the client sends none, though typed as always there
  const token = auth?.token;
  if (typeof token === 'string' && token !== '') return { bearer: token };
  const sessionCookie = cookieValue(headers.cookie ?? '', SESSION_COOKIE);
  if (sessionCookie === undefined) return undefined;
  if (headers.origin !== undefined && hostOf(headers.origin) !== headers.host?.toLowerCase()) throw new AppError('ORIGIN_REFUSED');
  return { sessionCookie };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function cookieValue(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const cookie = part.trim();
    if (cookie.startsWith(`${name}=`)) return decoded(cookie.slice(name.length + 1)) || undefined;
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
