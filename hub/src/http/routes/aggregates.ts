import { createHash } from 'node:crypto';
import { AggregateAlertListSchema, AggregateAlertQuerySchema, AggregateAnswerSchema, AggregateAreaListSchema, AggregateQuerySchema, PassageListSchema, PassageQuerySchema, type AggregateAnswer } from '@liandong/protocols';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { CSV, PARQUET, toCsv, toParquet } from '../../aggregates/formats.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { gzipped } from '../plugins/compress.js';
import { problems } from '../schemas.js';
import { timeOf } from '../time-range.js';

const tags = ['aggregates'];
/** Requests of one caller within a minute. A day of a large sub-district is 24 pages. */
const PULLS = 600;
/** These are worked out anew for each request. */
const REPORTS = 60;

/** Counted by who asks: two cities may stand behind one address. Runs after the sign-in. */
export const limitedBy = (max: number) => ({ rateLimit: { max, timeWindow: 60_000, keyGenerator: (request: FastifyRequest) => request.principal?.name ?? request.ip } });

const Stamps = { etag: Type.String(), 'liandong-next': Type.String({ description: 'As `next`' }), 'liandong-watermark': Type.String({ description: 'As `watermark`' }) };
const answer200 = {
  description: 'Rows; as CSV or Parquet by Accept, with the cursor and the watermark in headers',
  headers: Stamps,
  content: { 'application/json': { schema: AggregateAnswerSchema }, 'text/csv': { schema: Type.String() }, [PARQUET]: { schema: Type.String({ format: 'binary' }) } },
};

export function addAggregateRoutes(app: App, { aggregates, aggregateAlerts, passages, clock }: Pick<HttpDependencies, 'aggregates' | 'aggregateAlerts' | 'passages' | 'clock'>): void {
  if (aggregates !== undefined) {
    app.get('/aggregates', {
      config: limitedBy(PULLS), compress: gzipped,
      schema: { tags, summary: 'Windows that were published or restated after `since`, in that order', querystring: AggregateQuerySchema, response: { 200: answer200, ...problems } },
      // Ten thousand rows, built by the service itself; CSV and Parquet are built already.
      serializerCompiler: () => (data) => typeof data === 'string' ? data : JSON.stringify(data),
    }, async (request, reply) => {
      const { from, to, ...query } = request.query;
      const open = await aggregates.open(principalOf(request), { ...query, from: timeOf('from', from), to: timeOf('to', to) });
      const format = formatOf(request);
      if (isKnown(request, reply, `${format}-${open.tag}`)) return reply.code(304).send(undefined as never); // a schema for 304 would ask for a body
      return sendRows(reply, format, await open.read());
    });

    app.get('/aggregates/areas', {
      config: limitedBy(REPORTS), compress: gzipped,
      schema: { tags, summary: 'What can be asked for, with freshness', response: { 200: AggregateAreaListSchema, ...problems } },
    }, async (request) => aggregates.areas(principalOf(request)));
  }
  if (aggregateAlerts !== undefined) {
    app.get('/aggregates/alerts', {
      config: limitedBy(REPORTS), compress: gzipped,
      schema: { tags, summary: 'Alerts per area and window: how many, how bad, and how soon acknowledged and cleared', querystring: AggregateAlertQuerySchema, response: { 200: AggregateAlertListSchema, ...problems } },
    }, async (request) => {
      const { from, to, area, window } = request.query;
      return aggregateAlerts.list(principalOf(request), { area, window, from: timeOf('from', from), to: timeOf('to', to) });
    });
  }
  if (passages !== undefined) {
    app.get('/aggregates/passages', {
      config: limitedBy(REPORTS), compress: gzipped,
      schema: { tags, summary: 'Gate passages per area and hour; hours of fewer than 5 people are withheld', querystring: PassageQuerySchema, response: { 200: PassageListSchema, ...problems } },
    }, async (request) => {
      const { from, to, area }: Static<typeof PassageQuerySchema> = request.query;
      const now = clock.now();
      return passages.list(principalOf(request), { area, from: timeOf('from', from), to: timeOf('to', to) ?? now });
    });
  }
}

type Format = 'json' | 'csv' | 'parquet';

/** The first of what the caller names that there is. */
function formatOf({ headers: { accept = '' } }: FastifyRequest): Format {
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    if (type === 'text/csv') return 'csv';
    if (type === PARQUET) return 'parquet';
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'json';
  }
  return 'json';
}

/** Says how the answer may be kept, and whether the caller has it already. A weak tag: gzip and plain are the same answer. */
export function isKnown({ headers }: FastifyRequest, reply: { header(name: string, value: string): unknown }, tag: string): boolean {
  const etag = `W/"${tag}"`;
  reply.header('etag', etag);
  reply.header('cache-control', 'private, no-cache');
  reply.header('vary', 'accept, accept-encoding, authorization');
  const known = headers['if-none-match']?.split(',').map((word) => word.trim().replace(/^(?!W\/)/, 'W/'));
  return known?.includes(etag) === true;
}

export const tagOf = (body: string): string => createHash('sha256').update(body).digest('base64url').slice(0, 22);

function sendRows(reply: { header(name: string, value: string | number): unknown; type(name: string): unknown; send(payload: never): FastifyReply }, format: Format, answer: AggregateAnswer): FastifyReply {
  reply.header('liandong-next', answer.next);
  reply.header('liandong-watermark', answer.watermark);
  if (format === 'json') return reply.send(answer as never); // typed replies know one of the formats only
  reply.type(format === 'csv' ? CSV : PARQUET);
  reply.header('content-disposition', `attachment; filename="aggregates.${format}"`);
  return reply.send((format === 'csv' ? toCsv(answer.data) : toParquet(answer.data)) as never); // as above
}
