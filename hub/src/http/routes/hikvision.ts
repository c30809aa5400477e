import type { FastifyReply } from 'fastify';
import { IdSchema } from '@liandong/protocols';
import { Type } from 'typebox';
import type { Clock } from '../../clock.js';
import type { DeviceEntry } from '../../devices/types.js';
import { FailureLimit } from '../../gateways/failure-limit.js';
import type { HikvisionIntake } from '../../gateways/hikvision-intake.js';
import type { HttpSignIn, HttpAttempt } from '../../gateways/http-sign-in.js';
import { AppError } from '../../problem.js';
import type { App } from '../dependencies.js';
import { problemOf } from '../problems.js';

/** An event and the pictures a panel adds to it. */
const BODY_BYTES = 2 * 1024 * 1024;
const WRONG_TRIES_PER_MINUTE = 10;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

export interface HikvisionRoute {
  readonly signIn: (attempt: HttpAttempt) => Promise<HttpSignIn>;
  readonly intake: HikvisionIntake;
}

/** `POST /ingest/hikvision/{deviceId}`: a panel's listening host. Signed in before the body is read; JSON, multipart and whatever else stay bytes. */
export async function addHikvisionRoute(root: App, { hikvision: { signIn, intake }, clock, isHttps }: { hikvision: HikvisionRoute; clock: Clock; isHttps: boolean }): Promise<void> {
  const wrongTries = new FailureLimit(WRONG_TRIES_PER_MINUTE);
  const senders = new WeakMap<object, DeviceEntry>();

  await root.register(async (app: App) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, body, done) => done(null, body));

    app.post('/ingest/hikvision/:deviceId', {
      schema: { hide: true, params: Type.Object({ deviceId: IdSchema }) },
      bodyLimit: BODY_BYTES,
      async onRequest(request, reply) {
        const { ip, url, method, headers: { authorization } } = request;
        const waitS = wrongTries.waitS(ip, clock.now());
        if (waitS > 0) {
          void reply.header('retry-after', waitS);
          throw new AppError('TOO_MANY_REQUESTS', `Try again in ${waitS} s.`);
        }
        const { deviceId } = request.params;
        const answer = await signIn({ device: deviceId, authorization, method, url, isPrivate: isHttps || LOOPBACK.test(ip) });
        if ('challenges' in answer) {
          if (answer.isGuess) wrongTries.add(ip, clock.now());
          return challenge(reply, answer.challenges);
        }
        if (answer.entry.device.codec !== 'hikvision') throw new AppError('DEVICE_NOT_FOUND', `${deviceId} is no Hikvision panel.`);
        senders.set(request.raw, answer.entry);
        return undefined;
      },
    }, async (request, reply) => {
      const device = senders.get(request.raw);
      if (device === undefined) throw new AppError('UNAUTHENTICATED');
      const { body } = request;
      await intake({ device, path: request.url, contentType: request.headers['content-type'] ?? '', body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) });
      return reply.code(200).send(null);
    });
  });
}

/** Not through the common answer, which asks for a bearer token. */
const challenge = (reply: FastifyReply, challenges: string[]): FastifyReply =>
  reply.code(401).header('www-authenticate', challenges).type('application/problem+json').send(problemOf(new AppError('CREDENTIALS_WRONG')));
