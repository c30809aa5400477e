import { ERRORS, type ErrorCode, type FieldFault, type Problem } from '@liandong/protocols';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, FieldError, TooManyError } from '../problem.js';
import type { HttpDependencies } from './dependencies.js';

const PROBLEM_TYPE = 'application/problem+json';
/** A server that restarts is back after about so long. */
const DATABASE_RETRY_S = 5;

/** A request that does not fit its schema; names each place, never the value that stood there. */
export class ValidationError extends FieldError {
  constructor(part: string, faults: readonly FieldFault[]) {
    super(`The ${part} does not fit the schema: ${faults.map(({ path, message }) => `${path} ${message}`).join('; ')}.`, faults);
  }
}

/** RFC 9457 problem details. */
export function problemOf(error: AppError): Problem {
  const { code, detail, detailZh, status } = error;
  return {
    type: `urn:liandong:error:${code}`, title: ERRORS[code].en, status, code,
    ...(detail === undefined ? {} : { detail }), ...(detailZh === undefined ? {} : { detailZh }),
    ...(error instanceof FieldError ? { errors: error.faults.map((fault) => ({ ...fault })) } : {}),
  };
}

/** Every error leaves here as a problem of the catalogue. What nobody foresaw is logged with its cause and tells the caller nothing. */
export function createErrorHandler(logger: HttpDependencies['logger']) {
  return (error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = error instanceof AppError ? error : fromFramework(error);
    if (problem.status >= 500) {
      logger.error({ err: error, method: request.method, route: request.routeOptions?.url }, problem.code);
    }
    return sendProblem(reply, problem);
  };
}

export function sendProblem(reply: FastifyReply, error: AppError): FastifyReply {
  if (error.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  if (error.code === 'DATABASE_UNAVAILABLE') void reply.header('retry-after', DATABASE_RETRY_S);
  if (error instanceof TooManyError) void reply.header('retry-after', error.retryAfterS);
  return reply.code(error.status).type(PROBLEM_TYPE).send(problemOf(error));
}

const BY_STATUS: ReadonlyMap<number, ErrorCode> = new Map([
  [404, 'NOT_FOUND'], [413, 'BODY_TOO_LARGE'], [415, 'MEDIA_TYPE_UNSUPPORTED'], [429, 'TOO_MANY_REQUESTS'],
]);

/** Fastify's own errors: those of the 4xx kind are about the request, and their messages are safe to pass on. */
export function fromFramework(error: FastifyError): AppError {
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new AppError(BY_STATUS.get(status) ?? 'VALIDATION_FAILED', error.message, { cause: error });
  return new AppError('INTERNAL', undefined, { cause: error });
}
