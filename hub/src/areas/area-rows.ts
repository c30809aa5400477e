import type { Area, AreaLevel, AreaPatch, CommunityProfile, Location } from '@liandong/protocols';
import type { Selectable, Updateable } from 'kysely';
import type { Database } from '../database/schema.js';

type AreaRow = Selectable<Database['area']>;

/** Rows are written from an Area only, so the casts below name what was put in. */
export function toArea(row: AreaRow): Area {
  return {
    id: row.id, level: row.level as AreaLevel, name: row.name,
    ...(row.parent === null ? {} : { parent: row.parent }),
    ...(row.name_en === null ? {} : { nameEn: row.name_en }),
    ...(row.profile === null ? {} : { profile: row.profile as CommunityProfile }),
    ...(row.centre === null ? {} : { centre: JSON.parse(row.centre) as Location }),
    ...(row.boundary === null ? {} : { boundary: JSON.parse(row.boundary) as NonNullable<Area['boundary']> }),
  };
}

export const toRow = (area: Area): AreaRow => ({
  id: area.id, level: area.level, parent: area.parent ?? null, name: area.name, name_en: area.nameEn ?? null, profile: area.profile ?? null,
  centre: area.centre === undefined ? null : JSON.stringify(area.centre), boundary: area.boundary === undefined ? null : JSON.stringify(area.boundary),
});

/** Only the columns that the patch names. */
export const toChangedColumns = (patch: AreaPatch): Updateable<Database['area']> => ({
  ...(patch.name === undefined ? {} : { name: patch.name }),
  ...(patch.nameEn === undefined ? {} : { name_en: patch.nameEn }),
  ...(patch.profile === undefined ? {} : { profile: patch.profile }),
  ...(patch.centre === undefined ? {} : { centre: JSON.stringify(patch.centre) }),
  ...(patch.boundary === undefined ? {} : { boundary: JSON.stringify(patch.boundary) }),
});
