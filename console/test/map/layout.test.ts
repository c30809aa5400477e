import { describe, expect, it } from 'vitest';
import type { Area, Device } from '@liandong/protocols';
import { cells, centroid, contains, cutBox, placeInCell } from '../../src/map/geometry.js';
import { markRect, placeCounts, placeLabels, placeNames, shorten, textWidth, type Rect } from '../../src/map/labels.js';
import { layoutMap } from '../../src/map/layout.js';
import { fitProjection } from '../../src/map/projection.js';

const BOX = { x: 0, y: 0, width: 800, height: 600 };
const community = (id: string, more: Partial<Area> = {}): Area => ({ id, name: id, level: 'community', ...more });
const square = (lng: number, lat: number): NonNullable<Area['boundary']> => ({ type: 'Polygon', coordinates: [[[lng, lat], [lng + 0.01, lat], [lng + 0.01, lat + 0.01], [lng, lat + 0.01], [lng, lat]]] });
const device = (id: string, location?: { lng: number; lat: number }): Device => ({ id, name: id, kind: 'waste_bin', area: 'a', codec: 'native', reportingIntervalS: 60, status: 'online', ...(location ? { location } : {}) });

describe('the projection', () => {
  const places = [{ lng: 120, lat: 36.2 }, { lng: 120.1, lat: 36.3 }];
  it('fits every place into the box, north up and east right', () => {
    const project = fitProjection(places, BOX)!;
    const [southWest, northEast] = places.map(project) as [[number, number], [number, number]];
    expect(southWest[0]).toBeLessThan(northEast[0]);
    expect(southWest[1]).toBeGreaterThan(northEast[1]);
    for (const [x, y] of [southWest, northEast]) { expect(x).toBeGreaterThanOrEqual(0); expect(x).toBeLessThanOrEqual(800); expect(y).toBeGreaterThanOrEqual(-1e-6); expect(y).toBeLessThanOrEqual(600 + 1e-6); }
  });
  it('draws a kilometre east as long as a kilometre north', () => {
    const project = fitProjection(places, BOX)!;
    const kmNorth = 1 / 110.574;
    const kmEast = 1 / (111.32 * Math.cos(36.25 * Math.PI / 180));
    const [origin, north, east] = [project({ lng: 120.05, lat: 36.25 }), project({ lng: 120.05, lat: 36.25 + kmNorth }), project({ lng: 120.05 + kmEast, lat: 36.25 })];
    expect((east[0] - origin[0]) / (origin[1] - north[1])).toBeCloseTo(1, 1);
  });
  it('puts a lone place in the middle and has nothing to say about none', () => {
    expect(fitProjection([{ lng: 120, lat: 36 }], BOX)!({ lng: 120, lat: 36 })).toEqual([400, 300]);
    expect(fitProjection([], BOX)).toBeUndefined();
  });
});

describe('the layout', () => {
  it('draws surveyed outlines as they are and puts devices where they stand', () => {
    const layout = layoutMap([community('a', { boundary: square(120, 36) }), community('b', { boundary: square(120.02, 36) })], [], BOX);
    expect(layout.cells.every((cell) => !cell.isSchematic && cell.outline.length === 4)).toBe(true);
    const place = layout.placeOf(device('d', { lng: 120.005, lat: 36.005 }), 'a')!;
    expect(contains(layout.cells[0]!.outline, place)).toBe(true);
    expect(place[0]).toBeCloseTo(layout.cells[0]!.centre[0], 3);
  });
  it('gives communities without any geometry cells that share the box and hold their devices', () => {
    const layout = layoutMap(['a', 'b', 'c', 'd', 'e'].map((id) => community(id)), [], BOX);
    for (const cell of layout.cells) {
      expect(cell.outline.length).toBeGreaterThan(2);
      for (const id of ['x1', 'x2', 'x3']) expect(contains(cell.outline, layout.placeOf(device(id), cell.id)!)).toBe(true);
    }
  });
  it('gives a community without outline a cell of its own among surveyed ones', () => {
    const layout = layoutMap([community('a', { boundary: square(120, 36) }), community('b', { centre: { lng: 120.03, lat: 36.02 } }), community('c')], [], BOX);
    expect(layout.cells.map((cell) => [cell.id, cell.isSchematic])).toEqual([['a', false], ['b', true], ['c', true]]);
    expect(layout.cells.every((cell) => cell.outline.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y)))).toBe(true);
  });
  it('draws a community without outline where no other one is, also when its middle lies in a neighbour', () => {
    const layout = layoutMap([community('a', { boundary: square(120, 36) }), community('b', { centre: { lng: 120.005, lat: 36.005 } }), community('c')], [], { ...BOX, width: 1200 });
    const [surveyed, ...drawn] = layout.cells;
    for (const cell of drawn) {
      expect(cell.outline.some((point) => contains(surveyed!.outline, point))).toBe(false);
      expect(contains(surveyed!.outline, cell.centre)).toBe(false);
      expect(contains(cell.outline, layout.placeOf(device('d', { lng: 120.005, lat: 36.005 }), cell.id)!)).toBe(true);
    }
    expect(Math.hypot(drawn[0]!.centre[0] - drawn[1]!.centre[0], drawn[0]!.centre[1] - drawn[1]!.centre[1])).toBeGreaterThan(80);
  });
  it('draws a community without outline whole, also when it lies at the edge of what is known', () => {
    const areas = [community('a', { boundary: square(120, 36) }), community('b', { centre: { lng: 120.2, lat: 36.1 } }), community('c', { centre: { lng: 120.2, lat: 35.9 } })];
    for (const box of [BOX, { x: 14, y: 14, width: 340, height: 600 }, { x: 0, y: 0, width: 40, height: 40 }]) {
      const corners = layoutMap(areas, [], box).cells.filter(({ isSchematic }) => isSchematic).flatMap(({ outline }) => outline);
      const slack = box.width < 60 ? 10 : 1e-6; // there the smallest cell is larger than the box, and stands in its middle
      expect(corners.every(([x, y]) => x >= box.x - slack && x <= box.x + box.width + slack && y >= box.y - slack && y <= box.y + box.height + slack)).toBe(true);
    }
  });
  it('stands with nothing to draw, and has no place for a device of an unknown community', () => {
    const layout = layoutMap([], [], BOX);
    expect(layout.cells).toEqual([]);
    expect(layout.placeOf(device('d'), 'nowhere')).toBeUndefined();
  });
});

describe('geometry', () => {
  it('splits an outline so that every cell holds its own site and no other', () => {
    const sites = [[100, 100], [600, 120], [350, 480]] as const;
    const parts = cells(sites, cutBox(BOX));
    parts.forEach((part, index) => { expect(sites.map((site) => contains(part, site))).toEqual(sites.map((_, other) => other === index)); });
  });
  it('finds the middle of a square and puts the same key at the same place', () => {
    const square: [number, number][] = [[0, 0], [10, 0], [10, 10], [0, 10]];
    expect(centroid(square)).toEqual([5, 5]);
    expect(placeInCell(square, [5, 5], 'bin-7')).toEqual(placeInCell(square, [5, 5], 'bin-7'));
  });
});

describe('labels', () => {
  it('are cut to a width, and left alone when they fit', () => {
    expect(shorten('门', 60)).toBe('门');
    const cut = shorten('桶 B-102 教工宿舍路口 满溢度 95 %', 120);
    expect(cut.endsWith('…')).toBe(true);
    expect(textWidth(cut.slice(0, -1))).toBeLessThanOrEqual(120);
  });
  it('turn to the left at the right edge and leave out one that would cover another', () => {
    const placed = placeLabels([{ id: 'a', at: [100, 100], text: '垃圾桶满溢' }, { id: 'b', at: [104, 102], text: '垃圾桶满溢' }, { id: 'c', at: [790, 300], text: '门' }], 800);
    expect(placed.map(({ id, anchor }) => [id, anchor])).toEqual([['a', 'start'], ['b', 'end'], ['c', 'end']]);
    expect(placeLabels([{ id: 'a', at: [60, 100], text: '垃圾桶满溢超过限值' }, { id: 'b', at: [64, 102], text: '垃圾桶满溢超过限值' }], 800).map(({ id }) => id)).toEqual(['a']);
  });
  it('move a community’s name out of the way of a mark', () => {
    const at = [400, 300] as const;
    expect(placeNames([{ text: '北关', at }], [])[0]?.y).toBe(274);
    expect(placeNames([{ text: '北关', at }], [[400, 270]])[0]?.y).toBe(334);
    expect(placeNames([{ text: '北关', at }], [[400, 270]], { width: 800, bottom: 320 })[0]?.y).toBe(248);
    expect(placeNames([{ text: '北关', at: [5, 300] }], [], { width: 800, bottom: 600 })[0]?.rect.x1).toBeGreaterThanOrEqual(0);
  });
  it('write how many share a mark where that covers no name and no other mark, and not at all where there is no such place', () => {
    const at = [100, 100] as const;
    const count = (more: number, ...others: Rect[]) => placeCounts([{ at, more }], [markRect(at), ...others])[0];
    expect(count(0)).toBeUndefined();
    expect(count(39)).toEqual({ text: '+39', x: 11, y: 12, anchor: 'start' });
    const right = { x1: 105, x2: 180, y1: 101, y2: 120 };
    expect(count(39, right)).toEqual({ text: '+39', x: -11, y: 12, anchor: 'end' });
    const below = { x1: 20, x2: 180, y1: 102, y2: 120 };
    expect(count(39, below)).toMatchObject({ x: 11, y: -4 });
    expect(count(39, below, { x1: 20, x2: 180, y1: 80, y2: 99 })).toBeUndefined();
    // Two that are next to each other don't write over one another.
    const [one, other] = placeCounts([{ at, more: 3 }, { at: [122, 100], more: 4 }], [markRect(at), markRect([122, 100])]);
    expect([one?.anchor, other?.anchor]).toEqual(['end', 'start']);
  });
  it('never writes one community\'s name over another\'s, and covers a mark rather than leave one out', () => {
    const at = [400, 300] as const;
    const everywhere = [-26, 34, -52, 60, 4].map((offset): [number, number] => [400, 300 + offset]);
    expect(placeNames([{ text: '北关', at }], everywhere)[0]?.y).toBe(274);
    // Else it steps aside, and of the places that are all taken it has the one where it covers least.
    expect(placeNames([{ text: '北关', at }], everywhere)[0]?.x).toBe(364);
    const wide = everywhere.flatMap(([x, y]): [number, number][] => [-60, -30, 0, 30, 60].filter((aside) => y !== 248 || aside < 0).map((aside) => [x + aside, y]));
    expect(placeNames([{ text: 'Guangzhou South Road', at }], wide)[0]).toMatchObject({ x: 436, y: 248 });
    const names = placeNames(Array.from({ length: 8 }, () => ({ text: 'Guangzhou South Road', at })), []);
    const placed = names.flatMap((name) => name === undefined ? [] : [name.rect]);
    expect([placed.length > 1, placed.length < 8]).toEqual([true, true]);
    for (const [index, one] of placed.entries()) for (const other of placed.slice(index + 1)) expect(one.y2 <= other.y1 || other.y2 <= one.y1).toBe(true);
  });
});
