import type { Location } from './api/common.js';

/** Krasovsky 1940, on which GCJ-02 is built: semi-major axis (m) and the square of its eccentricity. */
const AXIS_M = 6_378_245;
const ECCENTRICITY2 = 0.006_693_421_622_965_943;
/** Outside this box GCJ-02 and WGS-84 are the same (degrees). */
const CHINA = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 };
/** A tenth of a millimetre, in degrees. */
const CLOSE_ENOUGH = 1e-9;
const MOST_ROUNDS = 20;

/** What Chinese maps call a WGS-84 place. */
export function wgs84ToGcj02(place: Location): Location {
  if (!isInChina(place)) return { ...place };
  const x = place.lng - 105;
  const y = place.lat - 35;
  const phi = radians(place.lat);
  const magic = 1 - ECCENTRICITY2 * Math.sin(phi) ** 2;
  const metresPerDegreeLat = radians(AXIS_M * (1 - ECCENTRICITY2) / magic ** 1.5);
  const metresPerDegreeLng = radians(AXIS_M / Math.sqrt(magic) * Math.cos(phi));
  return { lng: place.lng + eastM(x, y) / metresPerDegreeLng, lat: place.lat + northM(x, y) / metresPerDegreeLat };
}

/** The WGS-84 place (satellite receivers, our own data) of one taken from a Chinese map or phone; by iteration, to well under a metre. */
export function gcj02ToWgs84(place: Location): Location {
  let guess = { lng: place.lng, lat: place.lat };
  if (!isInChina(place)) return guess;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const shifted = wgs84ToGcj02(guess);
    const [dLng, dLat] = [shifted.lng - place.lng, shifted.lat - place.lat];
    guess = { lng: guess.lng - dLng, lat: guess.lat - dLat };
    if (Math.abs(dLng) < CLOSE_ENOUGH && Math.abs(dLat) < CLOSE_ENOUGH) break;
  }
  return guess;
}

/** Rings of a GeoJSON polygon: the outline first, holes after it; positions are longitude, latitude. */
export interface Outline { readonly coordinates: readonly (readonly (readonly number[])[])[] }

/** Is the place inside? The edge counts as inside, a hole's inner part doesn't. */
export function isInside({ lng, lat }: Location, { coordinates: [outline = [], ...holes] }: Outline): boolean {
  const where = sideOf(lng, lat, outline);
  return where === 'edge' || (where === 'inside' && holes.every((hole) => sideOf(lng, lat, hole) !== 'inside'));
}

/** Counts the edges that a ray to the east crosses. */
function sideOf(x: number, y: number, ring: readonly (readonly number[])[]): 'inside' | 'outside' | 'edge' {
  let isIn = false;
  for (const [index, [x2 = 0, y2 = 0]] of ring.entries()) {
    const [x1 = 0, y1 = 0] = ring.at(index - 1) ?? [];
    const turn = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
    if (turn === 0 && x >= Math.min(x1, x2) && x <= Math.max(x1, x2) && y >= Math.min(y1, y2) && y <= Math.max(y1, y2)) return 'edge';
    if ((y1 > y) !== (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1) isIn = !isIn;
  }
  return isIn ? 'inside' : 'outside';
}

const radians = (degrees: number): number => degrees * Math.PI / 180;
const isInChina = ({ lng, lat }: Location): boolean => lng >= CHINA.west && lng <= CHINA.east && lat >= CHINA.south && lat <= CHINA.north;
/** One wave of the published shift: amplitude (m) over half-turns. */
const wave = (amplitude: number, halfTurns: number): number => amplitude * Math.sin(halfTurns * Math.PI);
const shared = (x: number): number => (wave(20, 6 * x) + wave(20, 2 * x)) * 2 / 3;

/** Shift to the east (m) at degrees from 105° E, 35° N. */
const eastM = (x: number, y: number): number => 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + shared(x)
  + (wave(20, x) + wave(40, x / 3) + wave(150, x / 12) + wave(300, x / 30)) * 2 / 3;

/** Shift to the north (m). */
const northM = (x: number, y: number): number => -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + shared(x)
  + (wave(20, y) + wave(40, y / 3) + wave(160, y / 12) + wave(320, y / 30)) * 2 / 3;
