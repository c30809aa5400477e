import type { Area } from '@liandong/protocols';

/**
 * What is wrong with a GeoJSON outline, in words; undefined when nothing is.
 * RFC 7946, 3.1.6: each ring is closed, its first and last position being the same; positions are longitude, latitude.
 */
export function boundaryFault(boundary: NonNullable<Area['boundary']>): string | undefined {
  for (const [index, ring] of boundary.coordinates.entries()) {
    if (!ring.every(isPosition)) return `Ring ${index} has a position outside ±180 degrees of longitude or ±90 of latitude.`;
    if (!isSame(ring[0], ring.at(-1))) return `Ring ${index} is not closed: its last position must equal its first.`;
  }
  return undefined;
}

const isPosition = ([lng, lat]: readonly number[]): boolean =>
  lng !== undefined && lat !== undefined && Math.abs(lng) <= 180 && Math.abs(lat) <= 90;

const isSame = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1];
