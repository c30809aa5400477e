/** A point on the screen (px) or on a flat map. */
export type Point = readonly [x: number, y: number];
export interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Middle of a polygon by area; the mean of its corners when it has none. */
export function centroid(polygon: readonly Point[]): Point {
  let [area, x, y] = [0, 0, 0];
  polygon.forEach((a, index) => {
    const b = polygon[(index + 1) % polygon.length] ?? a;
    const cross = a[0] * b[1] - b[0] * a[1];
    area += cross; x += (a[0] + b[0]) * cross; y += (a[1] + b[1]) * cross;
  });
  return Math.abs(area) < 1e-12 ? mean(polygon) : [x / (3 * area), y / (3 * area)];
}

export const mean = (points: readonly Point[]): Point =>
  [points.reduce((sum, point) => sum + point[0], 0) / points.length, points.reduce((sum, point) => sum + point[1], 0) / points.length];

export const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** What of a polygon is nearer to `site` than to `other` (Sutherland–Hodgman against the bisector). */
export function clipNearer(polygon: readonly Point[], site: Point, other: Point): Point[] {
  const [mx, my] = [(site[0] + other[0]) / 2, (site[1] + other[1]) / 2];
  const [nx, ny] = [site[0] - other[0], site[1] - other[1]];
  const side = (point: Point) => (point[0] - mx) * nx + (point[1] - my) * ny;
  const kept: Point[] = [];
  polygon.forEach((a, index) => {
    const b = polygon[(index + 1) % polygon.length] ?? a;
    const [sa, sb] = [side(a), side(b)];
    if (sa >= 0) kept.push(a);
    if ((sa > 0 && sb < 0) || (sa < 0 && sb > 0)) kept.push([a[0] + (b[0] - a[0]) * sa / (sa - sb), a[1] + (b[1] - a[1]) * sa / (sa - sb)]);
  });
  return kept;
}

/** One cell per site: the part of `outline` that is nearest to it (Voronoi by clipping; for tens of sites). Sites at the same place share a cell. */
export const cells = (sites: readonly Point[], outline: readonly Point[]): Point[][] =>
  sites.map((site, own) => sites.reduce<Point[]>((cell, other, index) => index === own || distance(site, other) < 1e-9 ? cell : clipNearer(cell, site, other), [...outline]));

/** A box with its corners cut: the outline of a place whose real one is not known. */
export function cutBox({ x, y, width, height }: Box): Point[] {
  const cut = Math.min(width, height) * 0.14;
  return [[x + cut, y], [x + width - cut * 1.4, y + cut * 0.1], [x + width, y + cut * 1.2], [x + width - cut * 0.2, y + height - cut], [x + width - cut * 1.5, y + height], [x + cut * 1.3, y + height - cut * 0.15], [x + cut * 0.1, y + height - cut * 1.3], [x, y + cut * 1.1]];
}

/** A regular hexagon. */
export const hexagon = ([x, y]: Point, radius: number): Point[] =>
  Array.from({ length: 6 }, (_, index) => [x + radius * Math.cos(index * Math.PI / 3), y + radius * Math.sin(index * Math.PI / 3)]);

/** Is the point in the polygon (even-odd)? */
export function contains(polygon: readonly Point[], [x, y]: Point): boolean {
  let isIn = false;
  polygon.forEach((a, index) => {
    const b = polygon[(index + 1) % polygon.length] ?? a;
    if ((a[1] > y) !== (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]) isIn = !isIn;
  });
  return isIn;
}

/** A place in a convex cell that is always the same for a key and spreads evenly over keys. */
export function placeInCell(polygon: readonly Point[], centre: Point, key: string): Point {
  const hash = hashOf(key);
  const edge = hash % polygon.length;
  const a = polygon[edge] ?? centre;
  const b = polygon[(edge + 1) % polygon.length] ?? a;
  const along = ((hash >>> 8) & 0xff) / 255;
  const out = 0.22 + 0.62 * Math.sqrt(((hash >>> 16) & 0xff) / 255);
  const [ex, ey] = [a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along];
  return [centre[0] + (ex - centre[0]) * out, centre[1] + (ey - centre[1]) * out];
}

/** FNV-1a with a final mix, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
