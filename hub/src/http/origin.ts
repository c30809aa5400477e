import type { FastifyRequest } from 'fastify';
import { AppError } from '../problem.js';
import type { App } from './dependencies.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Another site must not act with a signed-in person's cookie, nor sign a person in under somebody else's name.
 * Browsers send Origin with every request that changes something; programs send none, or a token.
 */
export function addOriginCheck(app: App): void {
  app.addHook('onRequest', async (request) => {
    if (SAFE_METHODS.has(request.method) || request.headers.authorization !== undefined) return;
    if (!isOwnOrigin(request)) throw new AppError('ORIGIN_REFUSED', { zh: '请从控制台本身发出请求，或使用令牌。', en: 'Send the request from the console itself, or with a token.' });
  });
}

function isOwnOrigin({ headers, host }: FastifyRequest): boolean {
  if (headers.origin === undefined) return headers['sec-fetch-site'] !== 'cross-site';
  return URL.canParse(headers.origin) && new URL(headers.origin).host === host.toLowerCase();
}
