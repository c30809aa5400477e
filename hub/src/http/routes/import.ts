import { Readable } from 'node:stream';
import { IMPORT_LIMITS, ImportQuerySchema, ImportResultSchema, oneOf, type ImportEvent, type ImportResult } from '@liandong/protocols';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { tooLarge } from '../../import/csv-reader.js';
import type { OpenImport } from '../../import/import-service.js';
import { importTemplate } from '../../import/template.js';
import { requirePermission } from '../../identity/principal.js';
import { AppError } from '../../problem.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { problemOf } from '../problems.js';
import { RowParams, problems } from '../schemas.js';
import { isTrue } from '../time-range.js';

const tags = ['provisioning'];
const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv; charset=utf-8';
const LanguageQuery = Type.Object({ lang: Type.Optional(oneOf(['zh', 'en'])) }, { additionalProperties: false });
const csvAnswer = (description: string) => ({ description, content: { 'text/csv': { schema: Type.String() } } });

export function addImportRoutes(app: App, { imports }: HttpDependencies): void {
  if (imports === undefined) return;
  // Encapsulated: only these routes take CSV, and they take it as it comes in, unread.
  void app.register(async (scope: App) => {
    scope.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));

    scope.get('/devices/import/template', {
      schema: { tags, summary: 'CSV file to fill in, with two examples', querystring: LanguageQuery, response: { 200: csvAnswer('CSV, UTF-8 with a byte order mark'), ...problems } },
    }, async (request, reply) => {
      requirePermission(principalOf(request), 'device:write');
      return reply.type(CSV).header('content-disposition', 'attachment; filename="devices.csv"').send(importTemplate(request.query.lang ?? languageOf(request)));
    });

    scope.post('/devices/import', {
      bodyLimit: IMPORT_LIMITS.bodyBytes,
      schema: {
        tags, summary: 'Import devices from a CSV file (text/csv), or with dryRun=1 only check it; NDJSON with progress by Accept', consumes: ['text/csv'],
        querystring: ImportQuerySchema, response: { 200: ImportResultSchema, ...problems },
      },
      // Ten thousand rows, built by the service itself.
      serializerCompiler: () => (data) => JSON.stringify(data),
    }, async (request, reply) => {
      const { dryRun = '0', onlyValid = '0', rows } = request.query;
      void reply.header('cache-control', 'no-store');
      const open = await imports.open(principalOf(request), bodyOf(request), { isDryRun: isTrue(dryRun), onlyValid: isTrue(onlyValid), ...(rows === undefined ? {} : { rows }) });
      if (request.headers.accept?.includes(NDJSON) !== true) return resultOf(open);
      return streamed(reply.type(NDJSON).header('x-accel-buffering', 'no'), lines(open, request));
    });

    scope.get('/devices/import/:id/failed.csv', {
      schema: { tags, summary: 'Failed rows of an import with the reasons, for ten minutes', params: RowParams, querystring: LanguageQuery, response: { 200: csvAnswer('The rows as they were and a column `error`'), ...problems } },
    }, async (request, reply) => {
      const parts = imports.failedCsv(principalOf(request), request.params.id, request.query.lang ?? languageOf(request));
      const first = await parts.next(); // before the headers: it may be a problem
      return streamed(reply.type(CSV).header('content-disposition', 'attachment; filename="failed.csv"').header('cache-control', 'no-store'), (async function* () {
        if (first.done !== true) yield first.value;
        yield* parts;
      })());
    });
  });
}

/** A stream goes out as it is; the schema only describes it. */
const streamed = (reply: { send(payload: never): FastifyReply }, parts: AsyncIterable<string>): FastifyReply => reply.send(Readable.from(parts) as never); // typed replies know no streams

const languageOf = ({ headers }: FastifyRequest): 'zh' | 'en' => /^\s*en\b/i.test(headers['accept-language'] ?? '') ? 'en' : 'zh';

function bodyOf(request: FastifyRequest): AsyncIterable<Buffer> {
  if (!(request.body instanceof Readable)) throw new AppError('MEDIA_TYPE_UNSUPPORTED', 'Send the file as the body, with Content-Type: text/csv.');
  if (Number(request.headers['content-length'] ?? 0) > IMPORT_LIMITS.bodyBytes) throw tooLarge();
  // A refusal must still reach who sends: ending the iteration must not close the socket.
  return request.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // no encoding is set on it
}

async function resultOf(open: OpenImport): Promise<ImportResult> {
  for await (const event of open.run()) {
    if (event.type === 'result') return resultWithoutType(event);
  }
  throw new AppError('INTERNAL');
}

function resultWithoutType(event: Extract<ImportEvent, { type: 'result' }>): ImportResult {
  const { id, dryRun, applied, encoding, ignoredColumns, rows, counts, credentials } = event;
  return { id, dryRun, applied, encoding, ignoredColumns, rows, counts, credentials };
}

/** Once the answer has begun, a problem is a line of it. */
async function* lines(open: OpenImport, request: FastifyRequest): AsyncGenerator<string, void> {
  try {
    for await (const event of open.run()) yield `${JSON.stringify(event)}\n`;
  } catch (error) {
    const problem = error instanceof AppError ? error : new AppError('INTERNAL', undefined, { cause: error });
    if (problem.status >= 500) request.log.error({ err: error }, 'an import failed');
    yield `${JSON.stringify({ type: 'error', problem: problemOf(problem) } satisfies ImportEvent)}\n`;
  }
}
