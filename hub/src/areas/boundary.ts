import type { Area, Label } from '@liandong/protocols';

/**
 * What is wrong with a GeoJSON outline, in words, and in which of its rings; undefined when nothing is.
 * RFC 7946, 3.1.6: each ring is closed, its first and last position being the same; positions are longitude, latitude.
 */
export function boundaryFault(boundary: NonNullable<Area['boundary']>): { ring: number; words: Label } | undefined {
  for (const [ring, positions] of boundary.coordinates.entries()) {
    if (!positions.every(isPosition)) return { ring, words: { zh: `边界的第 ${ring + 1} 圈有超出经度 ±180 或纬度 ±90 的点。`, en: `Ring ${ring} of the boundary has a position outside ±180 degrees of longitude or ±90 of latitude.` } };
    if (!isSame(positions[0], positions.at(-1))) return { ring, words: { zh: `边界的第 ${ring + 1} 圈没有闭合：最后一点要与第一点相同。`, en: `Ring ${ring} of the boundary is not closed: its last position must equal its first.` } };
  }
  return undefined;
}

const isPosition = ([lng, lat]: readonly number[]): boolean =>
  lng !== undefined && lat !== undefined && Math.abs(lng) <= 180 && Math.abs(lat) <= 90;

const isSame = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1];
