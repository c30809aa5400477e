import { Type, type Static } from 'typebox';
import { AreaSchema } from './areas.js';
import { IdSchema } from './common.js';
import { DeviceSchema } from './devices.js';
import { RuleSchema } from './rules.js';

/** A device as its edge has to know it. `secretHash`: SHA-256 of its secret, hex. `digest`: HA1 of HTTP digest, of devices that post over HTTP. */
export const EdgeDeviceSchema = Type.Object({
  device: DeviceSchema,
  secretHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  digest: Type.Optional(Type.Object({ md5: Type.String(), sha256: Type.String() })),
});
export type EdgeDevice = Static<typeof EdgeDeviceSchema>;

/**
 * GET /edges/self/registry: all an edge needs to work by itself. `areas`: its community with what lies above and below. `devices`: those of the community, itself left out.
 * `rules`: the local ones. What changes by itself, such as a device's presence, is not in it, so that the same answer has the same ETag.
 */
export const EdgeRegistrySchema = Type.Object({
  edge: IdSchema, subdistrict: IdSchema, community: IdSchema, areas: Type.Array(AreaSchema), devices: Type.Array(EdgeDeviceSchema), rules: Type.Array(RuleSchema),
});
export type EdgeRegistry = Static<typeof EdgeRegistrySchema>;
