import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { eitherError, fieldError } from '../../problem.js';
import { CONTEXT, ENTITY_TYPES, keyValues, type EntityType, type LdEntity } from '../../ngsi-ld/entities.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { gzipped } from '../plugins/compress.js';
import { problems } from '../schemas.js';
import { isTrue } from '../time-range.js';
import { isKnown, limitedBy, tagOf } from './aggregates.js';

const tags = ['ngsi-ld'];
const LD = 'application/ld+json';
const REQUESTS = 300;
const DEFAULT_PAGE = 20;

const Options = Type.Optional(Type.String({ maxLength: 100, description: '`keyValues` (or `simplified`): values alone' }));
const EntityQuerySchema = Type.Object({
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: `One or more of ${ENTITY_TYPES.join(', ')}, with commas between` })),
  id: Type.Optional(Type.String({ minLength: 1, maxLength: 5000, description: 'One or more ids, with commas between' })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: DEFAULT_PAGE })), offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 })),
  count: Type.Optional(Type.Enum(['true', 'false'])), options: Options,
}, { additionalProperties: false });
const EntitySchema = Type.Object({ id: Type.String(), type: Type.Enum([...ENTITY_TYPES]) }, { additionalProperties: true });
const answerOf = (schema: object) => ({ description: 'In normalised form, or values alone; with the context in the body as application/ld+json', content: { 'application/json': { schema }, [LD]: { schema } } });

/** The read-only face of ETSI GS CIM 009 for programs that speak FIWARE's data models. */
export function addNgsiLdRoutes(app: App, { entities }: HttpDependencies): void {
  if (entities === undefined) return;
  const shared = { config: limitedBy(REQUESTS), compress: gzipped, serializerCompiler: () => (data: unknown) => typeof data === 'string' ? data : JSON.stringify(data) }; // entities are JSON text already, and tagged as such; a problem is an object

  app.get('/entities', {
    ...shared, schema: { tags, summary: 'Bins, air and noise as FIWARE Smart Data Models', querystring: EntityQuerySchema, response: { 200: answerOf(Type.Array(EntitySchema)), ...problems } },
  }, async (request, reply) => {
    const { type, id, limit = DEFAULT_PAGE, offset = 0, count, options } = request.query;
    if (type === undefined && id === undefined) throw eitherError(['/type', '/id'], false, { zh: `请给出 \`type\`（${ENTITY_TYPES.join('、')}）或 \`id\`。`, en: `Name a \`type\` (${ENTITY_TYPES.join(', ')}) or an \`id\`.` });
    const found = await entities.list(principalOf(request), { types: type === undefined ? ENTITY_TYPES : typesOf(type), ids: id?.split(','), limit, offset });
    const links = [contextLink];
    if (limit > 0 && offset + limit < found.count) links.push(`<${nextPage(request, offset + limit)}>; rel="next"`);
    if (count !== undefined && isTrue(count)) void reply.header('ngsild-results-count', String(found.count));
    return sendLd(request, reply, { body: found.data.map(shapeOf(options)), links });
  });

  app.get('/entities/:id', {
    ...shared, schema: {
      tags, summary: 'One entity', params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }), querystring: Type.Object({ options: Options }, { additionalProperties: false }),
      response: { 200: answerOf(EntitySchema), ...problems },
    },
  }, async (request, reply) => sendLd(request, reply, { body: shapeOf(request.query.options)(await entities.get(principalOf(request), request.params.id)), links: [contextLink] }));
}

const contextLink = `<${CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="${LD}"`;

function typesOf(names: string): EntityType[] {
  const types = names.split(',').map((name) => ENTITY_TYPES.find((type) => type === name.trim()));
  if (types.includes(undefined)) throw fieldError('/type', { zh: `这里的类型有 ${ENTITY_TYPES.join('、')}。`, en: `The types here are ${ENTITY_TYPES.join(', ')}.` }, { keyword: 'enum', expected: [...ENTITY_TYPES] });
  return types.filter((type) => type !== undefined);
}

const shapeOf = (options: string | undefined) => (entity: LdEntity): object => (options?.split(',').some((word) => word === 'keyValues' || word === 'simplified') === true ? keyValues(entity) : entity);

function nextPage({ url }: FastifyRequest, offset: number): string {
  const [path = '', query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('offset', String(offset));
  return `${path}?${parameters.toString()}`;
}

/** As application/ld+json the context stands in the body, else in a Link header (clause 6.3.6). */
function sendLd(request: FastifyRequest, reply: { code(status: 304): { send(): unknown }; header(name: string, value: string): unknown; type(name: string): unknown; send(payload: never): unknown }, { body, links }: { body: object | object[]; links: string[] }): FastifyReply {
  const isLd = request.headers.accept?.includes(LD) === true;
  const withContext = (entity: object): object => ({ ...entity, '@context': CONTEXT });
  const text = JSON.stringify(!isLd ? body : Array.isArray(body) ? body.map((entity) => withContext(entity as object)) : withContext(body));
  const headers = isLd ? links.slice(1) : links;
  if (headers.length > 0) reply.header('link', headers.join(', '));
  if (isKnown(request, reply, tagOf(text))) return reply.code(304).send() as FastifyReply;
  reply.type(isLd ? LD : 'application/json');
  return reply.send(text as never) as FastifyReply; // the reply is typed for the entities, and this is their text
}
