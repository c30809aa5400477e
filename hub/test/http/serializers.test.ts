import Fastify from 'fastify';
import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { lazySerializers } from '../../src/http/serializers.js';

const Named = Type.Object({ name: Type.String() });

/** How often the schema was compiled: the compiler asks for its type, and nobody else does after the routes are there. */
function counted(): { schema: typeof Named; compiledTimes: () => number } {
  let looks = 0;
  const schema = new Proxy(Named, { ownKeys: (target) => { looks += 1; return Reflect.ownKeys(target); } });
  return { schema, compiledTimes: () => looks };
}

it('compiles a schema for the first answer, not for the start, and once for all routes that answer with it', async () => {
  const { schema, compiledTimes } = counted();
  const app = Fastify({ schemaController: { compilersFactory: { buildSerializer: lazySerializers() } } });
  for (const path of ['/a', '/b']) app.get(path, { schema: { response: { 200: schema } } }, async () => ({ name: path, secret: 'hush' }));
  await app.ready();
  const atStart = compiledTimes();
  expect((await app.inject('/a')).body).toBe('{"name":"/a"}');
  const afterFirst = compiledTimes();
  expect(afterFirst).toBeGreaterThan(atStart);
  for (const path of ['/b', '/a']) expect((await app.inject(path)).body).toBe(`{"name":"${path}"}`);
  expect(compiledTimes()).toBe(afterFirst);
  await app.close();
});
