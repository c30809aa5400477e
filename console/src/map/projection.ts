import type { Location } from '@liandong/protocols';
import type { Box, Point } from './geometry.js';

export type Project = (location: Location) => Point;

/** A place smaller than this is drawn as if it were this large (degrees of latitude, about 200 m): one lone point has no scale of its own. */
const LEAST_EXTENT = 0.002;

/**
 * Equirectangular at the middle latitude, which is true enough for a city: fits all places into the box, north up, same scale both ways.
 * WGS-84 degrees in, px out. Undefined when there are no places.
 */
export const fitProjection = (places: readonly Location[], box: Box): Project | undefined => fitView(places, box)?.project;

/** As `fitProjection`, and the way back from px to degrees. */
export function fitView(places: readonly Location[], box: Box): { project: Project; unproject: (point: Point) => Location } | undefined {
  if (places.length === 0) return undefined;
  const [lngs, lats] = [extent(places.map((place) => place.lng)), extent(places.map((place) => place.lat))];
  const squeeze = Math.cos(lats.middle * Math.PI / 180);
  const width = Math.max((lngs.max - lngs.min) * squeeze, LEAST_EXTENT);
  const height = Math.max(lats.max - lats.min, LEAST_EXTENT);
  const scale = Math.min(box.width / width, box.height / height);
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  return {
    project: ({ lng, lat }) => [cx + (lng - lngs.middle) * squeeze * scale, cy - (lat - lats.middle) * scale],
    unproject: ([x, y]) => ({ lng: lngs.middle + (x - cx) / (squeeze * scale), lat: lats.middle - (y - cy) / scale }),
  };
}

function extent(values: readonly number[]): { min: number; max: number; middle: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) { min = Math.min(min, value); max = Math.max(max, value); }
  return { min, max, middle: (min + max) / 2 };
}
