import { CityHubListSchema, CityHubSchema, CityOverviewQuerySchema, CityOverviewSchema, HubPatchSchema, NewHubSchema } from '@liandong/protocols';
import type { CityOverviewService } from '../../city/city-overview.js';
import type { HubService } from '../../city/hub-service.js';
import { principalOf } from '../authentication.js';
import type { App } from '../dependencies.js';
import { gzipped } from '../plugins/compress.js';
import { IdParams, Nothing, problems } from '../schemas.js';
import { timeOf } from '../time-range.js';

const tags = ['city'];

/** What only a city has: its hubs, and their areas beside one another. */
export function addCityRoutes(app: App, { hubs, overview }: { hubs: HubService; overview: CityOverviewService }): void {
  app.get('/city/hubs', {
    schema: { tags, summary: 'The hubs the city pulls from, when each was last heard, and what is wrong with it', response: { 200: CityHubListSchema, ...problems } },
  }, async (request) => hubs.list(principalOf(request)));

  app.post('/city/hubs', {
    schema: { tags, summary: 'Register the hub of a sub-district; its token is never shown again', body: NewHubSchema, response: { 201: CityHubSchema, ...problems } },
  }, async (request, reply) => reply.code(201).send(await hubs.create(principalOf(request), request.body)));

  app.patch('/city/hubs/:id', {
    schema: { tags, summary: 'Change a hub', params: IdParams, body: HubPatchSchema, response: { 200: CityHubSchema, ...problems } },
  }, async (request) => hubs.patch(principalOf(request), request.params.id, request.body));

  app.delete('/city/hubs/:id', {
    schema: { tags, summary: 'Remove a hub with all that came from it', params: IdParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await hubs.remove(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  app.get('/city/overview', {
    compress: gzipped,
    schema: { tags, summary: 'Sub-districts, or the areas below one, compared by one metric, with coverage and freshness', querystring: CityOverviewQuerySchema, response: { 200: CityOverviewSchema, ...problems } },
  }, async (request) => {
    const { from, to, ...query } = request.query;
    return overview.overview(principalOf(request), { ...query, from: timeOf('from', from), to: timeOf('to', to) });
  });
}
