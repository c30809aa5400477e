import { CommandListSchema, CommandSchema, CursorQuery, LimitQuery, NewCommandSchema } from '@liandong/protocols';
import { Type } from 'typebox';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { IdParams, problems } from '../schemas.js';

const tags = ['devices'];
const CommandAnswerSchema = Type.Object({ command: CommandSchema });
const PageQuery = Type.Object({ limit: LimitQuery, cursor: CursorQuery }, { additionalProperties: false });

export function addCommandRoutes(app: App, { commands }: HttpDependencies): void {
  if (commands === undefined) return;
  app.post('/devices/:id/commands', {
    schema: { tags, summary: 'Send a command to a native device; its reply, or that none came, shows in the list', params: IdParams, body: NewCommandSchema, response: { 202: CommandAnswerSchema, ...problems } },
  }, async (request, reply) => {
    const command = await commands.send(principalOf(request), request.params.id, request.body);
    return reply.code(202).send({ command });
  });

  app.get('/devices/:id/commands', {
    schema: { tags, summary: 'Commands of a device, newest first', params: IdParams, querystring: PageQuery, response: { 200: CommandListSchema, ...problems } },
  }, async (request) => {
    const { limit, cursor } = request.query;
    return commands.list(principalOf(request), request.params.id, { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) });
  });
}
