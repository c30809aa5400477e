/** The four levels of the hierarchy, from the city down; an area's parent is of the level before. */
export const AREA_LEVELS = ['city', 'subdistrict', 'community', 'grid'] as const;
export type AreaLevel = (typeof AREA_LEVELS)[number];

/** The level a parent of `level` must have; undefined for a city. */
export const parentLevel = (level: AreaLevel): AreaLevel | undefined => AREA_LEVELS[AREA_LEVELS.indexOf(level) - 1];

/** Community profiles: they pick rule defaults and the simulated fleet's daily curves. */
export const COMMUNITY_PROFILES = ['urban', 'old-estate', 'rural', 'commercial', 'campus'] as const;
export type CommunityProfile = (typeof COMMUNITY_PROFILES)[number];
