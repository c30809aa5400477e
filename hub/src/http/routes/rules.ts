import { RuleListSchema, RulePreviewAskSchema, RulePreviewSchema, RuleSchema, RuleVersionListSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { ruleBodyValidator } from '../rule-body.js';
import { IdParams, Nothing, problems } from '../schemas.js';

const tags = ['rules'];

export function addRuleRoutes(app: App, { rules }: HttpDependencies): void {
  app.get('/rules', {
    schema: { tags, summary: 'The rules', response: { 200: RuleListSchema, ...problems } },
  }, async (request) => ({ data: await rules.list(principalOf(request)) }));

  app.get('/rules/:id', {
    schema: { tags, summary: 'One rule', params: IdParams, response: { 200: RuleSchema, ...problems } },
  }, async (request) => rules.get(principalOf(request), request.params.id));

  app.get('/rules/:id/versions', {
    schema: { tags, summary: 'Who changed a rule, and when; newest first', params: IdParams, response: { 200: RuleVersionListSchema, ...problems } },
  }, async (request) => ({ data: await rules.versions(principalOf(request), request.params.id) }));

  app.post('/rules', {
    schema: { tags, summary: 'Add a rule; it is in force at once', body: RuleSchema, response: { 201: RuleSchema, ...problems } }, validatorCompiler: ruleBodyValidator(),
  }, async (request, reply) => reply.code(201).send(await rules.create(principalOf(request), request.body)));

  app.post('/rules/preview', {
    schema: { tags, summary: 'Whom a rule would concern, before it is saved', body: RulePreviewAskSchema, response: { 200: RulePreviewSchema, ...problems } }, validatorCompiler: ruleBodyValidator('rule'),
  }, async (request) => rules.preview(principalOf(request), request.body.rule));

  app.put('/rules/:id', {
    schema: { tags, summary: 'Change a rule: all of it', params: IdParams, body: RuleSchema, response: { 200: RuleSchema, ...problems } }, validatorCompiler: ruleBodyValidator(),
  }, async (request) => rules.replace(principalOf(request), request.params.id, request.body));

  app.delete('/rules/:id', {
    schema: { tags, summary: 'Delete a rule; its alerts clear, its history stays', params: IdParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await rules.remove(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}
