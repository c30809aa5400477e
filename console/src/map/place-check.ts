import type { Area, Location } from '@liandong/protocols';
import { contains, type Point } from './geometry.js';

/** Where a place is to an area's outline; `outsideM` is the distance to its edge in metres. */
export type PlaceCheck = { readonly state: 'inside' } | { readonly state: 'outside'; readonly outsideM: number } | { readonly state: 'unknown' };

const METRES_PER_DEGREE = 111_320;

/** Is the place (WGS-84) inside the area? Unknown without an outline. Holes of the polygon don't count. */
export function checkPlace(area: Area | undefined, location: Location): PlaceCheck {
  const ring = area?.boundary?.coordinates[0];
  if (ring === undefined || ring.length < 4) return { state: 'unknown' };
  // Metres on a flat map around the place itself: exact enough for the size of a community.
  const squeeze = Math.cos(location.lat * Math.PI / 180);
  const outline = ring.map(([lng = 0, lat = 0]): Point => [(lng - location.lng) * squeeze * METRES_PER_DEGREE, (lat - location.lat) * METRES_PER_DEGREE]);
  if (contains(outline, [0, 0])) return { state: 'inside' };
  return { state: 'outside', outsideM: Math.round(Math.min(...outline.slice(1).map((end, index) => distanceToEdge(outline[index] ?? end, end)))) };
}

/** Distance of the origin to the edge from a to b. */
function distanceToEdge([ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(ax + along * dx, ay + along * dy);
}
