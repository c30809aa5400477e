import { EdgeRegistrySchema } from '@liandong/protocols';
import { Type } from 'typebox';
import { FailureLimit } from '../../gateways/failure-limit.js';
import { AppError, TooManyError } from '../../problem.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { Nothing, RuleRef, problems } from '../schemas.js';

const WRONG_TRIES_PER_MINUTE = 10;
const AnswerSchema = Type.Object({ ...EdgeRegistrySchema.properties, rules: Type.Array(RuleRef) });

/** An edge signs in with the id and secret it has at the broker too (HTTP basic), not as a person or with a token. */
export function addEdgeRoutes(app: App, { edges, clock }: HttpDependencies): void {
  if (edges === undefined) return;
  const wrongTries = new FailureLimit(WRONG_TRIES_PER_MINUTE);

  app.get('/edges/self/registry', {
    config: { isPublic: true },
    schema: {
      tags: ['edges'], summary: 'What an edge has to know: the areas and devices of its community, and the local rules. Basic sign-in as the edge; ETag',
      headers: Type.Object({ 'if-none-match': Type.Optional(Type.String({ maxLength: 200 })) }),
      response: { 200: AnswerSchema, 304: Nothing, ...problems },
    },
  }, async (request, reply) => {
    const { ip } = request;
    const waitS = wrongTries.waitS(ip, clock.now());
    if (waitS > 0) throw new TooManyError(waitS, `Try again in ${waitS} s.`);
    const { username, password } = basicOf(request.headers.authorization);
    const edge = edges.signIn(username, password);
    if (edge === undefined) {
      wrongTries.add(ip, clock.now());
      throw new AppError('CREDENTIALS_WRONG', 'This is for edges: devices of kind gateway with codec edge, with their own id and secret.');
    }
    const { etag, registry } = await edges.registry(edge);
    void reply.headers({ etag, 'cache-control': 'no-cache' });
    return request.headers['if-none-match'] === etag ? reply.code(304).send(null) : registry;
  });
}

/** RFC 7617; two empty words when there is nothing of the kind. */
function basicOf(authorization = ''): { username: string; password: string } {
  const text = /^basic /i.test(authorization) ? Buffer.from(authorization.slice(6).trim(), 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  return colon < 0 ? { username: '', password: '' } : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
