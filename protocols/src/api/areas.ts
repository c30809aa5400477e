import { Type, type Static } from 'typebox';
import { AREA_LEVELS, COMMUNITY_PROFILES } from '../areas.js';
import { wordsSchema } from '../blank.js';
import { IdSchema, LocationSchema, oneOf } from './common.js';

const Name = wordsSchema(64);
/** GeoJSON Polygon, WGS-84, first ring is the outline. */
export const BoundarySchema = Type.Object({
  type: Type.Literal('Polygon'),
  coordinates: Type.Array(Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 3 }), { minItems: 4, maxItems: 2000 }), { minItems: 1, maxItems: 16 }),
}, { additionalProperties: false });

const editable = {
  name: Name,
  nameEn: Type.Optional(Name),
  profile: Type.Optional(oneOf(COMMUNITY_PROFILES)),
  centre: Type.Optional(LocationSchema),
  boundary: Type.Optional(BoundarySchema),
};

/** POST /areas */
export const NewAreaSchema = Type.Object({
  id: IdSchema, level: oneOf(AREA_LEVELS), parent: Type.Optional(IdSchema), ...editable,
}, { additionalProperties: false });
export type NewArea = Static<typeof NewAreaSchema>;

/** PATCH /areas/{id} */
export const AreaPatchSchema = Type.Partial(Type.Object(editable), { additionalProperties: false });
export type AreaPatch = Static<typeof AreaPatchSchema>;

export const AreaSchema = Type.Object({ id: IdSchema, level: oneOf(AREA_LEVELS), parent: Type.Optional(IdSchema), ...editable, name: Type.String(), nameEn: Type.Optional(Type.String()) });
export type Area = Static<typeof AreaSchema>;

/** GET /areas: the areas the caller may see, each with those below it. */
export interface AreaNode extends Area { children: AreaNode[] }
