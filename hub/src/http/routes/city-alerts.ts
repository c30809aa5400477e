import { AlertNoteSchema, CityAlertAnswerSchema, CityAlertQuerySchema, CityAlertSchema } from '@liandong/protocols';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { gzipped } from '../plugins/compress.js';
import { RowParams, problems } from '../schemas.js';
import { timeOf } from '../time-range.js';
import { limitedBy } from './aggregates.js';

const tags = ['city'];
/** Requests of one caller within a minute; who waits for news asks a few times. */
const PULLS = 600;

/** The same on a hub, for the city that pulls, and on the city, for its page and for programs. */
export function addCityAlertRoutes(app: App, { cityAlerts }: Pick<HttpDependencies, 'cityAlerts'>): void {
  if (cityAlerts === undefined) return;
  app.get('/city/alerts', {
    config: limitedBy(PULLS), compress: gzipped,
    schema: { tags, summary: "Alerts at the city's tier that changed after `since`, without a word of a person", querystring: CityAlertQuerySchema, response: { 200: CityAlertAnswerSchema, ...problems } },
  }, async (request, reply) => {
    const { since, limit, from, wait = 0 } = request.query;
    void reply.header('cache-control', 'no-store');
    return cityAlerts.list(principalOf(request), { since, limit, from: timeOf('from', from), waitMs: wait * 1000 }, goneSignal(reply));
  });

  app.post('/city/alerts/:id/ack', {
    config: limitedBy(PULLS),
    schema: { tags, summary: "Acknowledge an alert at the city's tier", params: RowParams, body: AlertNoteSchema, response: { 200: CityAlertSchema, ...problems } },
  }, async (request) => cityAlerts.ack(principalOf(request), request.params.id, request.body.note));
}

/** Aborts when the connection closes, be it the caller's doing or the server's end. */
function goneSignal({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => { gone.abort(); });
  return gone.signal;
}
