import {
  AlertAssignSchema, AlertCommentSchema, AlertListSchema, AlertNoteSchema, AlertQuerySchema, AlertSchema, AlertShelveSchema, AlertWithTimelineSchema, BulkAckAnswerSchema, BulkAckSchema,
} from '@liandong/protocols';
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

  app.post('/alerts/ack', {
    schema: { tags, summary: 'Acknowledge many; each is answered by itself', body: BulkAckSchema, response: { 200: BulkAckAnswerSchema, ...problems } },
  }, async (request) => ({ data: await alerts.ackAll(principalOf(request), request.body.ids, request.body.note) }));

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

  app.post('/alerts/:id/shelve', {
    schema: { tags, summary: 'Shelve the alarm for a while, and say why', params: RowParams, body: AlertShelveSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.shelve(principalOf(request), request.params.id, request.body));

  app.post('/alerts/:id/unshelve', {
    schema: { tags, summary: 'Bring a shelved alarm back', params: RowParams, body: AlertNoteSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.unshelve(principalOf(request), request.params.id, request.body.note));

  app.post('/alerts/:id/assign', {
    schema: { tags, summary: 'Give it to somebody, or (null) to nobody', params: RowParams, body: AlertAssignSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.assign(principalOf(request), request.params.id, request.body));

  app.post('/alerts/:id/escalate', {
    schema: { tags, summary: 'Hand it to the next tier', params: RowParams, body: AlertNoteSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.escalate(principalOf(request), request.params.id, request.body.note));

  app.post('/alerts/:id/clear', {
    schema: { tags, summary: 'Clear by hand what the rule allows', params: RowParams, body: AlertCommentSchema, response: { 200: AlertSchema, ...problems } },
  }, async (request) => alerts.clear(principalOf(request), request.params.id, request.body.note));
}

function queryOf(query: Static<typeof AlertQuerySchema>): AlertQuery {
  const { active, acked, top, stale, ended, from, to, clearedFrom, limit = DEFAULT_PAGE, ...same } = query;
  const fromMs = timeOf('from', from);
  const toMs = timeOf('to', to);
  const clearedMs = timeOf('clearedFrom', clearedFrom);
  return {
    ...same, limit,
    ...(active === undefined ? {} : { active: isTrue(active) }), ...(acked === undefined ? {} : { acked: isTrue(acked) }),
    ...(top === undefined ? {} : { top: isTrue(top) }), ...(stale === undefined ? {} : { stale: isTrue(stale) }), ...(ended === undefined ? {} : { ended: isTrue(ended) }),
    ...(fromMs === undefined ? {} : { from: fromMs }), ...(toMs === undefined ? {} : { to: toMs }), ...(clearedMs === undefined ? {} : { clearedFrom: clearedMs }),
  };
}
