import { AreaPatchSchema, AreaSchema, NewAreaSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { AreaForestSchema, IdParams, problems } from '../schemas.js';

const tags = ['areas'];

export function addAreaRoutes(app: App, { areas }: Pick<HttpDependencies, 'areas'>): void {
  app.get('/areas', {
    schema: { tags, summary: 'The areas you may see, each with those below it', response: { 200: AreaForestSchema, ...problems } },
  }, async (request) => ({ data: await areas.tree(principalOf(request)) }));

  app.post('/areas', {
    schema: { tags, summary: 'Add an area', body: NewAreaSchema, response: { 201: AreaSchema, ...problems } },
  }, async (request, reply) => reply.code(201).send(await areas.create(principalOf(request), request.body)));

  app.patch('/areas/:id', {
    schema: { tags, summary: 'Change an area', params: IdParams, body: AreaPatchSchema, response: { 200: AreaSchema, ...problems } },
  }, async (request) => areas.patch(principalOf(request), request.params.id, request.body));
}
