import { RuleListSchema, RuleSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { IdParams, problems } from '../schemas.js';

const tags = ['rules'];

export function addRuleRoutes(app: App, { rules }: HttpDependencies): void {
  app.get('/rules', {
    schema: { tags, summary: 'The rules in force', response: { 200: RuleListSchema, ...problems } },
  }, async (request) => ({ data: await rules.list(principalOf(request)) }));

  app.get('/rules/:id', {
    schema: { tags, summary: 'One rule', params: IdParams, response: { 200: RuleSchema, ...problems } },
  }, async (request) => rules.get(principalOf(request), request.params.id));
}
