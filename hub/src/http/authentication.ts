import type { FastifyRequest } from 'fastify';
import type { Principal } from '../identity/principal.js';
import { SESSION_COOKIE } from '../identity/types.js';
import { AppError } from '../problem.js';
import type { App, HttpDependencies } from './dependencies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the handler of every route that is not public. */
    principal: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** Answers without a sign-in. */
    isPublic?: boolean;
  }
}

/** Who is asking. @throws AppError UNAUTHENTICATED */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new AppError('UNAUTHENTICATED');
  return request.principal;
}

/** A bearer token goes before the cookie: a program that sends one means it. */
export function addAuthentication(app: App, { identity }: Pick<HttpDependencies, 'identity'>): void {
  app.decorateRequest('principal', undefined);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.isPublic === true) return;
    request.principal = await identity.authenticate({ bearer: bearerOf(request), sessionCookie: request.cookies[SESSION_COOKIE] });
    if (request.principal === undefined) throw new AppError('UNAUTHENTICATED');
  });
}

export function bearerOf({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const token = /^Bearer +([^\s]+)\s*$/i.exec(authorization)?.[1];
  if (token === undefined) throw new AppError('UNAUTHENTICATED', 'The Authorization header must read `Bearer` and a token.');
  return token;
}
