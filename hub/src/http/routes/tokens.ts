import { NewTokenAnswerSchema, NewTokenSchema, TokenListSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { Nothing, RowParams, problems } from '../schemas.js';

const tags = ['tokens'];

export function addTokenRoutes(app: App, { identity }: Pick<HttpDependencies, 'identity'>): void {
  app.get('/tokens', {
    schema: { tags, summary: 'Tokens of programs; never their values', response: { 200: TokenListSchema, ...problems } },
  }, async (request) => ({ data: await identity.tokens(principalOf(request)) }));

  app.post('/tokens', {
    schema: { tags, summary: 'Make a token; the only time its value is shown', body: NewTokenSchema, response: { 201: NewTokenAnswerSchema, ...problems } },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send(await identity.createToken(principalOf(request), request.body)));

  app.delete('/tokens/:id', {
    schema: { tags, summary: 'Revoke a token', params: RowParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await identity.deleteToken(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}
