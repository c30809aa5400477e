import { describe, expect, it } from 'vitest';
import { gcj02ToWgs84, isInside, wgs84ToGcj02, type Location } from '../src/index.js';

/** Great-circle metres, near enough for a few hundred of them. */
const metres = (a: Location, b: Location): number => Math.hypot((a.lng - b.lng) * Math.cos(a.lat * Math.PI / 180), a.lat - b.lat) * 111_195;

/** WGS-84 and the GCJ-02 of the same place, as other implementations publish them. */
const KNOWN: [string, Location, Location][] = [
  ['Shanghai', { lng: 121.5272106, lat: 31.1774276 }, { lng: 121.531541859215, lat: 31.17530398364597 }],
  ['Shenzhen', { lng: 113.912316, lat: 22.543847 }, { lng: 113.9171764808363, lat: 22.540796131694766 }],
  ['Beijing', { lng: 116.377817, lat: 39.911954 }, { lng: 116.38404722455657, lat: 39.91334545536069 }],
];

describe('GCJ-02', () => {
  it.each(KNOWN)('and WGS-84 agree with published pairs in %s', (_city, wgs84, gcj02) => {
    expect(metres(wgs84ToGcj02(wgs84), gcj02)).toBeLessThan(0.01);
    expect(metres(gcj02ToWgs84(gcj02), wgs84)).toBeLessThan(0.01);
    expect(metres(wgs84, gcj02)).toBeGreaterThan(300);
  });

  it('comes back to within a centimetre all over the country', () => {
    for (let lng = 73.5; lng <= 135; lng += 1.37) {
      for (let lat = 18; lat <= 53.5; lat += 1.13) expect(metres(gcj02ToWgs84(wgs84ToGcj02({ lng, lat })), { lng, lat })).toBeLessThan(0.01);
    }
  });

  it.each([{ lng: -0.1276, lat: 51.5072 }, { lng: 151.21, lat: -33.87 }])('is WGS-84 outside of it: %o', (place) => {
    expect([wgs84ToGcj02(place), gcj02ToWgs84(place)]).toEqual([place, place]);
  });
});

describe('inside an outline', () => {
  const square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]];
  const hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]];
  /** An L: its notch is the upper right quarter. */
  const angle = [[0, 0], [4, 0], [4, 2], [2, 2], [2, 4], [0, 4], [0, 0]];
  it.each<[string, number[][][], number, number, boolean]>([
    ['the middle', [square], 3, 3, true],
    ['west of it', [square], -1, 2, false],
    ['east of it', [square], 5, 2, false],
    ['level with its top, outside', [square], 5, 4, false],
    ['on an edge', [square], 4, 2, true],
    ['on the first edge', [square], 2, 0, true],
    ['on a corner', [square], 0, 0, true],
    ['on the line of an edge, beyond it', [square], 4, 5, false],
    ['in a hole', [square, hole], 1.5, 1.5, false],
    ['on the edge of a hole', [square, hole], 1, 1.5, true],
    ['in the notch of an angle', [angle], 3, 3, false],
    ['in the arm of an angle', [angle], 1, 3, true],
    ['level with a corner of an angle', [angle], 1, 2, true],
    ['nothing at all', [], 1, 1, false],
  ])('%s', (_where, coordinates, lng, lat, expected) => {
    expect(isInside({ lng, lat }, { coordinates })).toBe(expected);
    // The direction in which a ring is drawn means nothing.
    expect(isInside({ lng, lat }, { coordinates: coordinates.map((ring) => [...ring].reverse()) })).toBe(expected);
  });
});
