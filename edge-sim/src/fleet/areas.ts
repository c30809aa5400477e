import type { NewArea } from '@liandong/protocols';
import { middle, pointsInside } from './geometry.js';
import { CITY, COMMUNITIES, SUBDISTRICT, SUBDISTRICT_OUTLINE, toLocation, type CommunityPlan, type Point } from './map.js';

/** A grid of a community: where devices stand. */
export interface GridPlan {
  readonly id: string;
  readonly community: CommunityPlan;
  readonly number: number;
  /** Places inside it, in map pixels. */
  readonly points: readonly Point[];
}

/** Two grids a community, its western and its eastern half. */
export const GRIDS: readonly GridPlan[] = COMMUNITIES.flatMap((community) => {
  const points = pointsInside(community.outline);
  const half = Math.ceil(points.length / 2);
  return [points.slice(0, half), points.slice(half)].map((part, i) => ({ id: `${community.id}-grid-${i + 1}`, community, number: i + 1, points: part }));
});

/** Every area of the simulated fleet, parents before children. */
export function plannedAreas(): NewArea[] {
  const centre = toLocation(middle(pointsInside(SUBDISTRICT_OUTLINE)));
  return [
    { ...CITY, level: 'city', centre },
    { ...SUBDISTRICT, level: 'subdistrict', parent: CITY.id, centre, boundary: polygon(SUBDISTRICT_OUTLINE) },
    ...COMMUNITIES.map(({ id, name, nameEn, profile, outline }): NewArea => ({
      id, name, nameEn, profile, level: 'community', parent: SUBDISTRICT.id, centre: toLocation(middle(pointsInside(outline))), boundary: polygon(outline),
    })),
    ...GRIDS.map(({ id, community, number, points }): NewArea => ({
      id, level: 'grid', parent: community.id, name: `${community.name}第${number === 1 ? '一' : '二'}网格`, nameEn: `${community.nameEn} grid ${number}`,
      centre: toLocation(middle(points)),
    })),
  ];
}

/** GeoJSON: the ring is closed, and runs counter-clockwise as RFC 7946 §3.1.6 asks of an outline. */
function polygon(outline: readonly Point[]): NonNullable<NewArea['boundary']> {
  const ring = outline.map(toLocation).map(({ lng, lat }) => [lng, lat] as const);
  const doubleArea = ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  if (doubleArea < 0) ring.reverse();
  const [first] = ring;
  return { type: 'Polygon', coordinates: [[...ring, ...(first === undefined ? [] : [first])].map(([lng, lat]) => [lng, lat])] };
}
