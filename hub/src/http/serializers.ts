import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<SerializerFactory>>;

/**
 * Fastify's own serializers, each compiled for the first answer that needs it and shared by all routes that answer with its schema. Compiled
 * ahead, one for each status of each route, they kept the thread for two seconds of every start, in which a leader can't renew its lease.
 */
export function lazySerializers(): SerializerFactory {
  const build = SerializerSelector();
  return (externalSchemas, options) => {
    const compile = build(externalSchemas, options);
    const bySchema = new Map<unknown, Serializer>();
    return (route) => {
      let serializer: Serializer | undefined;
      return (answer) => {
        if (serializer === undefined) bySchema.set(route.schema, serializer = bySchema.get(route.schema) ?? compile(route));
        return serializer(answer);
      };
    };
  };
}
