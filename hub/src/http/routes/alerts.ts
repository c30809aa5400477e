import { AlertCommentSchema, AlertListSchema, AlertNoteSchema, AlertQuerySchema, AlertSchema, AlertWithTimelineSchema } from '@liandong/protocols';
import type { Static } from 'typebox';
import type { AlertQuery } from '../../alerts/types.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { RowParams, problems } from '../schemas.js';
import { isTrue, timeOf } from '../time-range.js';

const tags = ['alerts'];
const DEFAULT_PAGE = 200;

export function addAlertRoutes(app: App, { alerts }: HttpDependencies): void {
  app.get('/alerts', {
    schema: { tags, summary: 'Alerts, active and worst first', querystring: AlertQuerySchema, response: { 200: AlertListSchema, ...problems } },
  }, async (request) => alerts.list(principalOf(request), queryOf(request.query)));

  app.get('/alerts/:id', {
    schema: { tags, summary: 'One alert with its timeline', params: RowParams, response: { 200: AlertWithTimelineSchema, ...problems } },
  }, async (request) => alerts.get(principalOf(request), request.params.id));

  app.post('/alerts/:id/ack', {
    schema: { tags, summary: 'Acknowledge', params: RowParams, body: AlertNoteSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.ack(principalOf(request), request.params.id, request.body.note));

  app.post('/alerts/:id/unack', {
    schema: { tags, summary: 'Take an acknowledgement back', params: RowParams, body: AlertNoteSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.unack(principalOf(request), request.params.id, request.body.note));

  app.post('/alerts/:id/comment', {
    schema: { tags, summary: 'Add a note to the timeline', params: RowParams, body: AlertCommentSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.comment(principalOf(request), request.params.id, request.body.note));
}

function queryOf(query: Static<typeof AlertQuerySchema>): AlertQuery {
  const { active, acked, top, from, to, limit = DEFAULT_PAGE, ...same } = query;
  const fromMs = timeOf('from', from);
  const toMs = timeOf('to', to);
  return {
    ...same, limit,
    ...(active === undefined ? {} : { active: isTrue(active) }), ...(acked === undefined ? {} : { acked: isTrue(acked) }),
    ...(top === undefined ? {} : { top: isTrue(top) }),
    ...(fromMs === undefined ? {} : { from: fromMs }), ...(toMs === undefined ? {} : { to: toMs }),
  };
}
