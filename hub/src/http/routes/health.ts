import { ReadySchema, type Ready } from '@liandong/protocols';
import { Type } from 'typebox';
import type { App, HttpDependencies } from '../dependencies.js';

const tags = ['health'];
const AliveSchema = Type.Object({ status: Type.Literal('alive') });

/** For watchdogs and Prometheus; nothing here names a person or a device. */
export function addHealthRoutes(app: App, { health, metrics }: Pick<HttpDependencies, 'health' | 'metrics'>): void {
  app.get('/healthz', {
    schema: { tags, summary: 'Is the process alive?', security: [], response: { 200: AliveSchema } },
  }, async () => ({ status: 'alive' as const }));

  app.get('/readyz', {
    schema: { tags, summary: 'State of each part; 503 when one is down', security: [], response: { 200: ReadySchema, 503: ReadySchema } },
  }, async (_request, reply) => {
    const parts = health.parts();
    const status = overall(parts);
    return reply.code(status === 'down' ? 503 : 200).header('cache-control', 'no-store').send({ status, parts });
  });

  app.get('/metrics', {
    schema: { tags, summary: "The hub's own health as OpenMetrics", security: [] },
  }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}

function overall(parts: Ready['parts']): Ready['status'] {
  const states = Object.values(parts).map(({ state }) => state);
  if (states.includes('down')) return 'down';
  return states.includes('degraded') ? 'degraded' : 'ready';
}
