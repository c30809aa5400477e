import { ChannelListSchema, ChannelPatchSchema, ChannelSchema, ChannelTestSchema, NewChannelSchema, NotificationListSchema, NotificationQuerySchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { Nothing, RowParams, problems } from '../schemas.js';

const tags = ['notifications'];

export function addNotificationRoutes(app: App, { channels }: HttpDependencies): void {
  if (channels === undefined) return;
  app.get('/channels', {
    schema: { tags, summary: 'Ways messages leave the hub; never their secrets', response: { 200: ChannelListSchema, ...problems } },
  }, async (request) => ({ data: await channels.list(principalOf(request)) }));

  app.post('/channels', {
    schema: { tags, summary: 'Add a webhook, a WeCom or DingTalk robot, or e-mail', body: NewChannelSchema, response: { 201: ChannelSchema, ...problems } },
  }, async (request, reply) => reply.code(201).send(await channels.create(principalOf(request), request.body)));

  app.patch('/channels/:id', {
    schema: { tags, summary: 'Change a channel', params: RowParams, body: ChannelPatchSchema, response: { 200: ChannelSchema, ...problems } },
  }, async (request) => channels.patch(principalOf(request), request.params.id, request.body));

  app.delete('/channels/:id', {
    schema: { tags, summary: 'Remove a channel with all it was to send', params: RowParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await channels.remove(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  app.post('/channels/:id/test', {
    schema: { tags, summary: 'Send a test message now and say how it went', params: RowParams, response: { 200: ChannelTestSchema, ...problems } },
  }, async (request) => channels.test(principalOf(request), request.params.id));

  app.get('/notifications', {
    schema: { tags, summary: 'What was told to whom, newest first, and what still waits', querystring: NotificationQuerySchema, response: { 200: NotificationListSchema, ...problems } },
  }, async (request) => channels.notifications(principalOf(request), request.query));
}
