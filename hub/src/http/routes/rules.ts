import { RulePreviewSchema, RuleVersionSchema, listOf } from '@liandong/protocols';
import { Type } from 'typebox';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { ruleBodyValidator } from '../rule-body.js';
import { IdParams, Nothing, RuleRef, problems } from '../schemas.js';

const tags = ['rules'];
const Versions = listOf(Type.Object({ ...RuleVersionSchema.properties, rule: Type.Optional(RuleRef) }));

/** Rules hold what their strict schemas name and nothing else, so there is nothing to leave out; a serializer that tells ten types apart would be slow to make and to run. */
const serializerCompiler = () => (answer: unknown): string => JSON.stringify(answer);

export function addRuleRoutes(app: App, { rules }: HttpDependencies): void {
  app.get('/rules', {
    schema: { tags, summary: 'The rules', response: { 200: listOf(RuleRef), ...problems } }, serializerCompiler,
  }, async (request) => ({ data: await rules.list(principalOf(request)) }));

  app.get('/rules/:id', {
    schema: { tags, summary: 'One rule', params: IdParams, response: { 200: RuleRef, ...problems } }, serializerCompiler,
  }, async (request) => rules.get(principalOf(request), request.params.id));

  app.get('/rules/:id/versions', {
    schema: { tags, summary: 'Who changed a rule, and when; newest first', params: IdParams, response: { 200: Versions, ...problems } }, serializerCompiler,
  }, async (request) => ({ data: await rules.versions(principalOf(request), request.params.id) }));

  // A rule may be called so too; the back-tests' own path would stand before it.
  app.get('/rules/backtest/versions', {
    schema: { hide: true, response: { 200: Versions, ...problems } }, serializerCompiler,
  }, async (request) => ({ data: await rules.versions(principalOf(request), 'backtest') }));

  app.post('/rules', {
    schema: { tags, summary: 'Add a rule; it is in force at once', body: RuleRef, response: { 201: RuleRef, ...problems } }, validatorCompiler: ruleBodyValidator(), serializerCompiler,
  }, async (request, reply) => reply.code(201).send(await rules.create(principalOf(request), request.body)));

  app.post('/rules/preview', {
    schema: { tags, summary: 'Whom a rule would concern, before it is saved', body: Type.Object({ rule: RuleRef }, { additionalProperties: false }), response: { 200: RulePreviewSchema, ...problems } }, validatorCompiler: ruleBodyValidator('rule'),
  }, async (request) => rules.preview(principalOf(request), request.body.rule));

  app.put('/rules/:id', {
    schema: { tags, summary: 'Change a rule: all of it', params: IdParams, body: RuleRef, response: { 200: RuleRef, ...problems } }, validatorCompiler: ruleBodyValidator(), serializerCompiler,
  }, async (request) => rules.replace(principalOf(request), request.params.id, request.body));

  app.delete('/rules/:id', {
    schema: { tags, summary: 'Delete a rule; its alerts clear, its history stays', params: IdParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await rules.remove(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}
