import cookie from '@fastify/cookie';
import type { FastifyReply } from 'fastify';
import { SESSION_COOKIE } from '../../identity/types.js';
import type { App } from '../dependencies.js';

/** Scripts can't read it, other sites can't send it, and over HTTPS it never travels in the clear. */
const attributes = (isHttps: boolean) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isHttps }) as const;

export async function addCookies(app: App): Promise<void> {
  await app.register(cookie);
}

export function setSessionCookie(reply: FastifyReply, value: string, expiresAt: number, isHttps: boolean): void {
  void reply.setCookie(SESSION_COOKIE, value, { ...attributes(isHttps), expires: new Date(expiresAt) });
}

export function clearSessionCookie(reply: FastifyReply, isHttps: boolean): void {
  void reply.clearCookie(SESSION_COOKIE, attributes(isHttps));
}
