import { MaintenanceListSchema, MaintenanceQuerySchema, MaintenanceSchema, NewMaintenanceSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { Nothing, RowParams, problems } from '../schemas.js';
import { isTrue } from '../time-range.js';

const tags = ['maintenance'];
const DEFAULT_PAGE = 200;

export function addMaintenanceRoutes(app: App, { maintenance }: HttpDependencies): void {
  if (maintenance === undefined) return;

  app.get('/maintenance', {
    schema: { tags, summary: 'Maintenance windows, newest first', querystring: MaintenanceQuerySchema, response: { 200: MaintenanceListSchema, ...problems } },
  }, async (request) => {
    const { open, limit = DEFAULT_PAGE, ...same } = request.query;
    return maintenance.list(principalOf(request), { ...same, limit, ...(open === undefined ? {} : { open: isTrue(open) }) });
  });

  app.post('/maintenance', {
    schema: { tags, summary: 'Take devices out of service for a while: they raise nothing', body: NewMaintenanceSchema, response: { 201: MaintenanceSchema, ...problems } },
  }, async (request, reply) => reply.code(201).send(await maintenance.create(principalOf(request), request.body)));

  app.delete('/maintenance/:id', {
    schema: { tags, summary: 'End a maintenance window now', params: RowParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await maintenance.end(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}
