import type { Area, Device, Location } from '@liandong/protocols';
import { cells, centroid, contains, cutBox, distance, hexagon, placeInCell, type Box, type Point } from './geometry.js';
import { fitProjection, type Project } from './projection.js';

export interface CommunityCell { id: string; outline: Point[]; centre: Point; /** The outline is drawn, not surveyed. */ isSchematic: boolean }
export interface MapLayout { cells: CommunityCell[]; placeOf: (device: Device, community: string) => Point | undefined }

/** Where communities and devices stand in the box (px). Surveyed outlines as they are; a community without one gets a cell around its middle. */
export function layoutMap(communities: readonly Area[], devices: readonly Device[], box: Box): MapLayout {
  const project = fitProjection(knownPlaces(communities, devices), box);
  const sites = siteOf(communities, project, box);
  const drawn = communities.map((area, index): CommunityCell => {
    const outline = project === undefined ? undefined : surveyed(area, project);
    return outline === undefined
      ? { id: area.id, outline: [], centre: sites[index] ?? [0, 0], isSchematic: true }
      : { id: area.id, outline, centre: centroid(outline), isSchematic: false };
  });
  drawMissing(drawn, box);
  const byId = new Map(drawn.map((cell) => [cell.id, cell]));
  return {
    cells: drawn,
    placeOf(device, community) {
      const cell = byId.get(community);
      if (cell === undefined) return undefined;
      const place = device.location === undefined || project === undefined ? undefined : project(device.location);
      // A cell that is only drawn may lie elsewhere than the device's true place; then the cell wins, as that is what people read.
      return place !== undefined && (!cell.isSchematic || contains(cell.outline, place)) ? place : placeInCell(cell.outline, cell.centre, device.id);
    },
  };
}

const ringOf = (area: Area): Location[] => (area.boundary?.coordinates[0] ?? []).map(([lng = 0, lat = 0]) => ({ lng, lat }));

function knownPlaces(communities: readonly Area[], devices: readonly Device[]): Location[] {
  const ofAreas = communities.flatMap((area) => [...ringOf(area), ...(area.centre === undefined ? [] : [area.centre])]);
  // Devices alone fix the scale only where no area does: one wrong coordinate must not shrink the map.
  return ofAreas.length > 1 ? ofAreas : ofAreas.length === 1 ? [...ofAreas, ...devices.flatMap(({ location }) => location ?? [])] : [];
}

const surveyed = (area: Area, project: Project): Point[] | undefined => area.boundary === undefined ? undefined : ringOf(area).slice(0, -1).map(project);

/** The middle of each community: its centre, else a seat in rows across the box. */
function siteOf(communities: readonly Area[], project: Project | undefined, box: Box): Point[] {
  const seats = seatRows(communities.filter((area) => area.centre === undefined && area.boundary === undefined).length, box);
  const isAlone = seats.length === communities.length;
  const strip: Box = isAlone ? box : { ...box, y: box.y + box.height * 0.85, height: box.height * 0.15 };
  const places = isAlone ? seats : seatRows(seats.length, strip);
  return communities.map((area) => area.centre !== undefined && project !== undefined ? project(area.centre) : area.boundary !== undefined ? [0, 0] : places.shift() ?? [0, 0]);
}

/** Seats in rows, every other row moved by half a seat. */
function seatRows(count: number, box: Box): Point[] {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count * box.width / Math.max(box.height, 1))));
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const shift = row % 2 === 0 ? 0.44 : 0.56;
    return [box.x + box.width * ((index % columns) + shift) / inRow, box.y + box.height * (row + 0.5) / rows];
  });
}

/** Fills in the outlines that are missing: cells of the whole place when none is known, else small hexagons where nothing else is. */
function drawMissing(drawn: CommunityCell[], box: Box): void {
  const missing = drawn.filter((cell) => cell.isSchematic);
  if (missing.length === drawn.length) {
    const outlines = cells(drawn.map((cell) => cell.centre), cutBox(box));
    drawn.forEach((cell, index) => { cell.outline = outlines[index] ?? []; });
    for (const cell of drawn) cell.centre = cell.outline.length > 2 ? centroid(cell.outline) : cell.centre;
    return;
  }
  for (const cell of missing) Object.assign(cell, freeCell(cell.centre, drawn.filter(({ outline }) => outline.length > 0), box));
}

/** Radii of a cell that is only drawn, the largest that fits is taken; and how far it stays from the others (px). */
const RADII = [44, 34, 26] as const;
const MARGIN = 8;
const STEP = 16;

/** A hexagon that covers no other outline, as near to where it belongs as there is room in the box; the smallest at its own place when there is none. */
function freeCell(place: Point, others: readonly CommunityCell[], box: Box): Pick<CommunityCell, 'outline' | 'centre'> {
  for (const radius of RADII) {
    const centre = inside(place, box, radius);
    const seats = [centre, ...gridOf(box, radius)].sort((a, b) => distance(a, centre) - distance(b, centre));
    const seat = seats.find((at) => isFree(hexagon(at, radius + MARGIN), others));
    if (seat !== undefined) return { outline: hexagon(seat, radius), centre: seat };
  }
  const centre = inside(place, box, RADII[2]);
  return { outline: hexagon(centre, RADII[2]), centre };
}

/** The nearest middle of a cell that is not cut off by the box's edge; the box's own middle where it is smaller than the cell. */
function inside([x, y]: Point, box: Box, radius: number): Point {
  const within = (at: number, from: number, length: number): number => length < 2 * radius ? from + length / 2 : Math.min(Math.max(at, from + radius), from + length - radius);
  return [within(x, box.x, box.width), within(y, box.y, box.height)];
}

function gridOf({ x, y, width, height }: Box, radius: number): Point[] {
  const [columns, rows] = [Math.floor((width - 2 * radius) / STEP), Math.floor((height - 2 * radius) / STEP)];
  return Array.from({ length: Math.max(0, columns + 1) * Math.max(0, rows + 1) }, (_, index): Point => [x + radius + STEP * (index % (columns + 1)), y + radius + STEP * Math.floor(index / (columns + 1))]);
}

/** Neither has a corner in the other, nor the middle of an edge: enough for outlines of this size. */
const isFree = (outline: readonly Point[], others: readonly CommunityCell[]): boolean =>
  others.every((other) => !edgePoints(outline).some((point) => contains(other.outline, point)) && !edgePoints(other.outline).some((point) => contains(outline, point)));

const edgePoints = (outline: readonly Point[]): Point[] => outline.flatMap((a, index): Point[] => {
  const b = outline[(index + 1) % outline.length] ?? a;
  return [a, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]];
});
