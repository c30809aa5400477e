import { CredentialsAnswerSchema, DeviceListSchema, DevicePatchSchema, DeviceQuerySchema, DeviceSchema, DeviceWithTwinSchema, NewDeviceAnswerSchema, NewDeviceSchema, RefusalsSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { IdParams, Nothing, problems } from '../schemas.js';

const tags = ['devices'];

export function addDeviceRoutes(app: App, { devices }: HttpDependencies): void {
  app.get('/devices', {
    schema: { tags, summary: 'Devices, by id', querystring: DeviceQuerySchema, response: { 200: DeviceListSchema, ...problems } },
  }, async (request) => devices.list(principalOf(request), request.query));

  app.post('/devices', {
    schema: { tags, summary: 'Add a device; the only time its secret is shown', body: NewDeviceSchema, response: { 201: NewDeviceAnswerSchema, ...problems } },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send(await devices.create(principalOf(request), request.body)));

  app.get('/devices/:id', {
    schema: { tags, summary: 'One device, with its twin', params: IdParams, response: { 200: DeviceWithTwinSchema, ...problems } },
  }, async (request) => devices.get(principalOf(request), request.params.id));

  app.patch('/devices/:id', {
    schema: { tags, summary: 'Change a device', params: IdParams, body: DevicePatchSchema, response: { 200: DeviceSchema, ...problems } },
  }, async (request) => devices.patch(principalOf(request), request.params.id, request.body));

  app.delete('/devices/:id', {
    schema: { tags, summary: 'Remove a device; its alerts stay', params: IdParams, response: { 204: Nothing, ...problems } },
  }, async (request, reply) => {
    await devices.remove(principalOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  app.post('/devices/:id/credentials', {
    schema: { tags, summary: 'A new secret; the old one stops working', params: IdParams, response: { 200: CredentialsAnswerSchema, ...problems } },
  }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    return devices.rotateCredentials(principalOf(request), request.params.id);
  });

  app.get('/devices/:id/refusals', {
    schema: { tags, summary: 'What was refused of this device, by reason, and the last payload', params: IdParams, response: { 200: RefusalsSchema, ...problems } },
  }, async (request) => devices.refusals(principalOf(request), request.params.id));
}
