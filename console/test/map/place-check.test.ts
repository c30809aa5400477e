import { describe, expect, it } from 'vitest';
import type { Area } from '@liandong/protocols';
import { checkPlace } from '../../src/map/place-check.js';
import { fitView } from '../../src/map/projection.js';

const area: Area = { id: 'g', name: 'g', level: 'grid', parent: 'c', boundary: { type: 'Polygon', coordinates: [[[120, 36], [120.01, 36], [120.01, 36.01], [120, 36.01], [120, 36]]] } };

describe('a place and an outline', () => {
  it('inside is inside', () => { expect(checkPlace(area, { lng: 120.005, lat: 36.005 })).toEqual({ state: 'inside' }); });
  it('outside comes with the metres to the nearest edge', () => {
    // A thousandth of a degree of latitude is 111 m.
    expect(checkPlace(area, { lng: 120.005, lat: 36.011 })).toEqual({ state: 'outside', outsideM: 111 });
    expect(checkPlace(area, { lng: 119.999, lat: 36.005 })).toEqual({ state: 'outside', outsideM: 90 });
  });
  it('without an outline nobody can say', () => { expect(checkPlace({ ...area, boundary: undefined } as unknown as Area, { lng: 1, lat: 1 })).toEqual({ state: 'unknown' }); });
});

describe('a tap on the map', () => {
  it('is the place that is drawn there', () => {
    const view = fitView([{ lng: 120, lat: 36 }, { lng: 120.01, lat: 36.01 }], { x: 10, y: 10, width: 300, height: 200 });
    const place = { lng: 120.0034, lat: 36.0071 };
    const back = view?.unproject(view.project(place));
    expect(back?.lng).toBeCloseTo(place.lng, 9);
    expect(back?.lat).toBeCloseTo(place.lat, 9);
  });
});
