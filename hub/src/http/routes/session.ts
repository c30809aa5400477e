import { SessionSchema, SignInSchema } from '@liandong/protocols';
import { SESSION_COOKIE } from '../../identity/types.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { clearSessionCookie, setSessionCookie } from '../plugins/cookies.js';
import { limitedTo } from '../plugins/rate-limit.js';
import { Nothing, problems } from '../schemas.js';

const SIGN_INS_PER_MINUTE = 10;
const tags = ['session'];

export function addSessionRoutes(app: App, { identity, tls, serves = 'subdistrict', signInsPerMinute = SIGN_INS_PER_MINUTE }: Pick<HttpDependencies, 'identity' | 'tls' | 'serves' | 'signInsPerMinute'>): void {
  const isHttps = tls !== undefined;

  app.post('/session', {
    schema: { tags, summary: 'Sign in; the answer sets the session cookie', security: [], body: SignInSchema, response: { 200: SessionSchema, ...problems } },
    config: { isPublic: true, ...limitedTo(signInsPerMinute) },
  }, async (request, reply) => {
    const { session, cookieValue, expiresAt } = await identity.signIn(request.body.username, request.body.password);
    setSessionCookie(reply, cookieValue, expiresAt, isHttps);
    return { ...session, serves };
  });

  app.get('/session', {
    schema: { tags, summary: 'Who is signed in', response: { 200: SessionSchema, ...problems } },
  }, async (request) => ({ ...await identity.session(principalOf(request)), serves }));

  app.delete('/session', {
    schema: { tags, summary: 'Sign out', security: [], response: { 204: Nothing, ...problems } },
    config: { isPublic: true },
  }, async (request, reply) => {
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie !== undefined) await identity.signOut(cookie);
    clearSessionCookie(reply, isHttps);
    return reply.code(204).send(null);
  });
}
