import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Schema from 'typebox/schema';
import { openHub, type TestHub } from './test-hub.js';

interface Operation { summary?: string; responses: Record<string, { content?: Record<string, { schema: object }> }>; parameters?: { name: string; in: string }[] }
interface Document { openapi: string; info: { title: string }; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } }

let hub: TestHub;
let document: Document;
beforeAll(async () => {
  hub = await openHub();
  document = (await hub.app.inject({ url: '/api/openapi.json' })).json<Document>();
});
afterAll(async () => { await hub.close(); });

const ROUTES = [
  'GET /healthz', 'GET /readyz', 'GET /metrics',
  ...[
    'POST /session', 'GET /session', 'DELETE /session', 'GET /areas', 'POST /areas', 'PATCH /areas/{id}',
    'GET /devices', 'POST /devices', 'GET /devices/{id}', 'PATCH /devices/{id}', 'DELETE /devices/{id}', 'POST /devices/{id}/credentials', 'GET /devices/{id}/refusals',
    'GET /devices/{id}/latest', 'GET /devices/{id}/telemetry', 'GET /devices/{id}/events',
    'GET /alerts', 'GET /alerts/{id}', 'POST /alerts/{id}/ack', 'POST /alerts/{id}/unack', 'POST /alerts/{id}/comment',
    'POST /alerts/ack', 'POST /alerts/{id}/shelve', 'POST /alerts/{id}/unshelve', 'POST /alerts/{id}/assign', 'POST /alerts/{id}/escalate', 'POST /alerts/{id}/clear',
    'GET /rules', 'POST /rules', 'GET /rules/{id}', 'PUT /rules/{id}', 'DELETE /rules/{id}', 'GET /rules/{id}/versions', 'POST /rules/preview', 'GET /calendar', 'PUT /calendar',
    'GET /users', 'POST /users', 'GET /tokens', 'POST /tokens', 'DELETE /tokens/{id}', 'GET /audit',
  ].map((route) => route.replace(' ', ' /api/v1')),
];
const operations = () => Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, path, operation })));

describe('the OpenAPI document', () => {
  it('is version 3.1 and lists every route, each with a summary and its answers', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(operations().map(({ route }) => route).sort()).toEqual([...ROUTES].sort());
    for (const { route, operation } of operations()) expect([route, operation.summary === undefined || Object.keys(operation.responses).length === 0]).toEqual([route, false]);
  });

  it('names the parameters of each path and the problems of each call', () => {
    for (const { route, path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect([route, operation.parameters?.filter((parameter) => parameter.in === 'path').map(({ name }) => name) ?? []]).toEqual([route, named]);
      if (path.startsWith('/api/v1')) expect(Object.keys(operation.responses['4XX']?.content ?? {})).toEqual(['application/problem+json']);
    }
  });

  it('refers only to schemas that it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) expect(document.components.schemas).toHaveProperty(reference.replace('#/components/schemas/', ''));
  });

  it('holds schemas that describe what is really answered', async () => {
    const headers = await hub.as('admin');
    for (const url of ['/session', '/devices', '/devices/bin-1', '/devices/bin-1/latest', '/devices/bin-1/telemetry?metric=tilted', '/devices/bin-1/events', '/alerts', '/alerts/a1', '/rules', '/rules/bin-full', '/rules/bin-full/versions', '/calendar', '/users', '/tokens', '/audit']) {
      const path = `/api/v1${url.split('?', 1)[0]?.replace(/\/(bin-1|a1|bin-full)/, '/{id}')}`;
      const schema = document.paths[path]?.['get']?.responses['200']?.content?.['application/json']?.schema ?? false;
      const answer = (await hub.app.inject({ url: `/api/v1${url}`, headers })).json<unknown>();
      // With the components beside it, what the schema refers to is found.
      expect([url, Schema.Check({ ...schema as object, components: document.components }, answer)]).toEqual([url, true]);
    }
  });
});
