import type { Point } from './map.js';

/** Is the point inside the outline? Even-odd rule. */
export function isInside([x, y]: Point, outline: readonly Point[]): boolean {
  let inside = false;
  outline.forEach(([ax, ay], i) => {
    const [bx, by] = outline[(i + 1) % outline.length] ?? [ax, ay];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

const SPACING = 12;
/** Keeps devices off the border, where a drawn marker would seem to stand next door. */
const MARGIN = 10;

/** Points of a lattice well inside an outline, west to east. */
export function pointsInside(outline: readonly Point[]): Point[] {
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  const points: Point[] = [];
  for (let x = Math.min(...xs); x < Math.max(...xs); x += SPACING) {
    for (let y = Math.min(...ys); y < Math.max(...ys); y += SPACING) {
      const around: Point[] = [[x, y], [x - MARGIN, y], [x + MARGIN, y], [x, y - MARGIN], [x, y + MARGIN]];
      if (around.every((point) => isInside(point, outline))) points.push([x, y]);
    }
  }
  return points;
}

/** The point of the list nearest to their mean, so that it lies inside even where the outline is hollow. */
export function middle(points: readonly Point[]): Point {
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const distance = (point: Point): number => (point[0] - x) ** 2 + (point[1] - y) ** 2;
  return points.reduce((best, point) => distance(point) < distance(best) ? point : best);
}
