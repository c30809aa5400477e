import { NewShiftSchema, OnDutyQuerySchema, OnDutySchema, PeopleQuerySchema, PeopleSchema, ShiftListSchema, ShiftQuerySchema, ShiftSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { Nothing, RowParams, problems } from '../schemas.js';
import { timeOf } from '../time-range.js';

const tags = ['duty'];

export function addShiftRoutes(app: App, { shifts }: HttpDependencies): void {
  if (shifts === undefined) return;

  app.get('/shifts', {
    schema: { tags, summary: 'The shift calendar', querystring: ShiftQuerySchema, response: { 200: ShiftListSchema, ...problems } },
  }, async (request) => ({ data: await shifts.list(principalOf(request), request.query.area) }));

  app.post('/shifts', {
    schema: { tags, summary: 'Add a shift', body: NewShiftSchema, response: { 201: ShiftSchema, ...problems } },
  }, async (request, reply) => reply.code(201).send(await shifts.create(principalOf(request), request.body)));

  app.get('/shifts/on-duty', {
    schema: { tags, summary: 'Who looks after an area, by tier', querystring: OnDutyQuerySchema, response: { 200: OnDutySchema, ...problems } },
  }, async (request) => shifts.onDuty(principalOf(request), { area: request.query.area, at: timeOf('at', request.query.at) }));

  app.get('/people', {
    schema: { tags, summary: 'Who may be on duty in an area, or have an alert there assigned', querystring: PeopleQuerySchema, response: { 200: PeopleSchema, ...problems } },
  }, async (request) => ({ data: await shifts.people(principalOf(request), request.query.area) }));

  app.put('/shifts/:id', {
    schema: { tags, summary: 'Replace a shift', params: RowParams, body: NewShiftSchema, response: { 200: ShiftSchema, ...problems } },
  }, async (request) => shifts.replace(principalOf(request), request.params.id, request.body));

  app.delete('/shifts/:id', {
    schema: { tags, summary: 'Delete a shift', params: RowParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await shifts.remove(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });
}
