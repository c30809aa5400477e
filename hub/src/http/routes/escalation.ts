import { EscalationAnswerSchema, EscalationBodySchema } from '@liandong/protocols';
import type { FastifyRequest } from 'fastify';
import { fieldError } from '../../problem.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { IdParams, problems } from '../schemas.js';

const tags = ['duty'];

export function addEscalationRoutes(app: App, { escalation }: HttpDependencies): void {
  if (escalation === undefined) return;

  app.get('/areas/:id/escalation', {
    schema: { tags, summary: 'The escalation policy in force in an area', params: IdParams, response: { 200: EscalationAnswerSchema, ...problems } },
  }, async (request) => escalation.get(principalOf(request), request.params.id));

  app.put('/areas/:id/escalation', {
    schema: { tags, summary: 'Give an area an escalation policy of its own', params: IdParams, body: EscalationBodySchema, response: { 200: EscalationAnswerSchema, ...problems } },
    preValidation: requireBody,
  }, async (request) => escalation.put(principalOf(request), request.params.id, request.body));

  app.delete('/areas/:id/escalation', {
    schema: { tags, summary: 'Take an area\'s own policy back; answers the one in force then', params: IdParams, response: { 200: EscalationAnswerSchema, ...problems } },
  }, async (request) => escalation.remove(principalOf(request), request.params.id));
}

/** An absent body would stand for `{}`, by which nothing escalates: that has to be said. */
async function requireBody({ body }: FastifyRequest): Promise<void> {
  if (body === undefined || body === null) throw fieldError('/', { zh: '没有内容；要让任何级别都不升级，请发送 {}。', en: 'The policy is missing. Send {} for one by which nothing escalates.' }, { keyword: 'required' });
}
