import { BacktestSchema, NewBacktestSchema } from '@liandong/protocols';
import { Type } from 'typebox';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { ruleBodyValidator } from '../rule-body.js';
import { IdParams, Nothing, RuleRef, problems } from '../schemas.js';
import { timeOf } from '../time-range.js';

const tags = ['rules'];
const Ask = Type.Object({ ...NewBacktestSchema.properties, rule: RuleRef }, { additionalProperties: false });

export function addBacktestRoutes(app: App, { backtests }: HttpDependencies): void {
  if (backtests === undefined) return;

  app.post('/rules/backtest', {
    schema: { tags, summary: 'Run a rule over stored history, beside the version in force; the answer says where it is', body: Ask, response: { 202: BacktestSchema, ...problems } },
    validatorCompiler: ruleBodyValidator('rule'),
  }, async (request, reply) => {
    const { rule, area } = request.body;
    const [from, to] = [timeOf('from', request.body.from), timeOf('to', request.body.to)];
    const backtest = await backtests.create(principalOf(request), { rule, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(area === undefined ? {} : { area }) });
    return reply.code(202).send(backtest);
  });

  app.get('/rules/backtest/:id', {
    schema: { tags, summary: 'How far a back-test is, and what it found', params: IdParams, response: { 200: BacktestSchema, ...problems } },
  }, async (request) => backtests.get(principalOf(request), request.params.id));

  app.delete('/rules/backtest/:id', {
    schema: { tags, summary: 'Stop a back-test; one that has ended stays as it is', params: IdParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    backtests.cancel(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}
