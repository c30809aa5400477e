import {
  ClaimAnswerSchema, ClaimCodeSchema, ClaimSchema, DeviceSchema, DiscoveredListSchema, DiscoveredQuerySchema, InstallationSchema, LabelQuerySchema, NewLabelsSchema, PHOTO_LIMITS,
} from '@liandong/protocols';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError } from '../../problem.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { IdParams, Nothing, problems } from '../schemas.js';

const tags = ['provisioning'];
const HTML = 'text/html; charset=utf-8';
const sheetAnswer = { description: 'A page for A4 paper', content: { 'text/html': { schema: Type.String() } } };
const FORM_ID = /^[\w-]{1,64}$/;

export function addProvisioningRoutes(app: App, dependencies: HttpDependencies): void {
  if (dependencies.provisioning === undefined) return;
  const { claims, installations, discovered, labels } = dependencies.provisioning;

  app.post('/devices/:id/claim-code', {
    schema: { tags, summary: 'A new claim code; the only time it is shown, and the old one is void', params: IdParams, response: { 200: ClaimCodeSchema, ...problems } },
  }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    return claims.makeCode(principalOf(request), request.params.id);
  });

  app.post('/devices/claim', {
    schema: { tags, summary: 'Claim a device by its code; the only time its new secret is shown. An `Idempotency-Key` lets a form be sent again', body: ClaimSchema, response: { 200: ClaimAnswerSchema, ...problems } },
  }, async (request, reply) => {
    const formId = request.headers['idempotency-key'];
    void reply.header('cache-control', 'no-store');
    return claims.claim(principalOf(request), request.body, { address: request.ip, ...(typeof formId === 'string' && FORM_ID.test(formId) ? { formId } : {}) });
  });

  app.post('/devices/:id/accept', {
    schema: { tags, summary: 'Accept an installed device: its alerts count from now on', params: IdParams, response: { 200: DeviceSchema, ...problems } },
  }, async (request) => claims.accept(principalOf(request), request.params.id));

  app.get('/devices/:id/installation', {
    schema: { tags, summary: 'What has come of a device so far, and in words why nothing comes', params: IdParams, response: { 200: InstallationSchema, ...problems } },
  }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    return installations.of(principalOf(request), request.params.id);
  });

  app.get('/devices/discovered', {
    schema: { tags, summary: 'Devices that gateways speak of and nobody has registered, latest first', querystring: DiscoveredQuerySchema, response: { 200: DiscoveredListSchema, ...problems } },
  }, async (request) => discovered.list(principalOf(request), request.query));

  app.get('/devices/labels', {
    schema: { tags, summary: 'Printable QR labels that open the devices\' pages, without claim codes', querystring: LabelQuerySchema, response: { 200: sheetAnswer, ...problems } },
  }, async (request, reply) => {
    const page = await labels.sheet(principalOf(request), request.query, originOf(request));
    return reply.type(HTML).header('cache-control', 'no-store').send(page);
  });

  app.post('/devices/labels', {
    schema: { tags, summary: 'Printable QR labels with fresh claim codes of unclaimed devices', body: NewLabelsSchema, response: { 200: sheetAnswer, ...problems } },
  }, async (request, reply) => {
    const page = await labels.claimSheet(principalOf(request), request.body.ids, originOf(request));
    return reply.type(HTML).header('cache-control', 'no-store').send(page);
  });

  addPhotoRoutes(app, dependencies.provisioning);
}

function addPhotoRoutes(app: App, { photos }: NonNullable<HttpDependencies['provisioning']>): void {
  // Encapsulated: only these routes take pictures.
  void app.register(async (scope: App) => {
    scope.addContentTypeParser([...PHOTO_LIMITS.types], { parseAs: 'buffer', bodyLimit: PHOTO_LIMITS.bytes }, (_request, body, done) => done(null, body));

    scope.post('/devices/:id/photo', {
      bodyLimit: PHOTO_LIMITS.bytes,
      schema: { tags, summary: 'Photo of the device where it stands, not of people: JPEG, PNG or WebP, 5 MiB at most', consumes: [...PHOTO_LIMITS.types], params: IdParams, response: { 204: Nothing, ...problems } },
    }, async (request, reply) => {
      const { body } = request;
      if (!Buffer.isBuffer(body)) throw new AppError('MEDIA_TYPE_UNSUPPORTED', `Send the picture itself as ${PHOTO_LIMITS.types.join(', ')}.`);
      await photos.store(principalOf(request), request.params.id, body);
      return reply.code(204).send(null);
    });

    scope.get('/devices/:id/photo', {
      schema: {
        tags, summary: 'The photo, without EXIF', params: IdParams,
        response: { 200: { description: 'The picture', content: { 'image/*': { schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) } } }, ...problems },
      },
    }, async (request, reply) => {
      const { type, bytes } = await photos.get(principalOf(request), request.params.id);
      return reply.type(type).header('cache-control', 'private, no-cache').send(bytes);
    });
  });
}

/** Where this caller's browser reaches the hub: phones on the same network do too. */
const originOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host}`;
