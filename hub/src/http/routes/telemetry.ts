import { DeviceEventListSchema, EventQuerySchema, LatestSchema, TelemetryQuerySchema, TelemetrySchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { IdParams, problems } from '../schemas.js';
import { isTrue, rangeOf } from '../time-range.js';

const tags = ['telemetry'];
const DEFAULT_POINTS = 500;
const DEFAULT_RAW_PAGE = 1000;
const DEFAULT_EVENT_PAGE = 200;

export function addTelemetryRoutes(app: App, { readings, clock }: HttpDependencies): void {
  app.get('/devices/:id/latest', {
    schema: { tags, summary: 'Latest value of each metric', params: IdParams, response: { 200: LatestSchema, ...problems } },
  }, async (request) => readings.latest(principalOf(request), request.params.id));

  app.get('/devices/:id/telemetry', {
    schema: { tags, summary: 'History of one metric: a curve that keeps its extremes, or with raw=1 every stored row', params: IdParams, querystring: TelemetryQuerySchema, response: { 200: TelemetrySchema, ...problems } },
    // Ten thousand points through a serialiser that checks each against a union cost more than the query; the service builds them itself.
    serializerCompiler: () => (data) => JSON.stringify(data),
  }, async (request) => {
    const { metric, raw, points = DEFAULT_POINTS, limit = DEFAULT_RAW_PAGE, cursor } = request.query;
    const range = rangeOf(request.query, clock.now());
    if (raw === undefined || !isTrue(raw)) return readings.history(principalOf(request), request.params.id, metric, range, points);
    return readings.raw(principalOf(request), request.params.id, metric, range, { limit, ...(cursor === undefined ? {} : { cursor }) });
  });

  app.get('/devices/:id/events', {
    schema: { tags, summary: 'Events, newest first; each look is audited', params: IdParams, querystring: EventQuerySchema, response: { 200: DeviceEventListSchema, ...problems } },
  }, async (request) => {
    const { limit = DEFAULT_EVENT_PAGE, cursor } = request.query;
    const range = rangeOf(request.query, clock.now());
    return readings.events(principalOf(request), request.params.id, range, { limit, ...(cursor === undefined ? {} : { cursor }) });
  });
}
