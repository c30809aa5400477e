import { NewUserSchema, UserListSchema, UserSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { problems } from '../schemas.js';

const tags = ['users'];

export function addUserRoutes(app: App, { identity }: Pick<HttpDependencies, 'identity'>): void {
  app.get('/users', {
    schema: { tags, summary: 'People who can sign in', response: { 200: UserListSchema, ...problems } },
  }, async (request) => ({ data: await identity.users(principalOf(request)) }));

  app.post('/users', {
    schema: { tags, summary: 'Add a person', body: NewUserSchema, response: { 201: UserSchema, ...problems } },
  }, async (request, reply) => reply.code(201).send(await identity.createUser(principalOf(request), request.body)));
}
