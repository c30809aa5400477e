/** The four levels of the hierarchy, from the city down; an area's parent is of the level before. */
export const AREA_LEVELS = ['city', 'subdistrict', 'community', 'grid'] as const;
export type AreaLevel = (typeof AREA_LEVELS)[number];

/** The level a parent of `level` must have; undefined for a city. */
export const parentLevel = (level: AreaLevel): AreaLevel | undefined => AREA_LEVELS[AREA_LEVELS.indexOf(level) - 1];

const collator = new Intl.Collator('en', { numeric: true });
/** The order of areas wherever they are listed, however they came: a parent before what lies in it, beside one another by id, `b2` before `b10`. */
export const topDown = (a: { readonly id: string; readonly level: AreaLevel }, b: { readonly id: string; readonly level: AreaLevel }): number =>
  AREA_LEVELS.indexOf(a.level) - AREA_LEVELS.indexOf(b.level) || collator.compare(a.id, b.id) || (a.id < b.id ? -1 : 1); // `b1` and `b01` are the same number

/** Community profiles: they pick rule defaults and the simulated fleet's daily curves. */
export const COMMUNITY_PROFILES = ['urban', 'old-estate', 'rural', 'commercial', 'campus'] as const;
export type CommunityProfile = (typeof COMMUNITY_PROFILES)[number];
