import { NewAreaSchema } from '@liandong/protocols';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { plannedAreas } from '../../src/fleet/areas.js';
import { isInside } from '../../src/fleet/geometry.js';
import { COMMUNITIES, SUBDISTRICT_OUTLINE, type Point } from '../../src/fleet/map.js';

describe('the areas of the fleet', () => {
  it('are what the contract takes, parents first, with ids of their own', () => {
    const seen = new Set<string>();
    for (const area of plannedAreas()) {
      expect([...Value.Errors(NewAreaSchema, area)]).toEqual([]);
      if (area.parent !== undefined) expect(seen).toContain(area.parent);
      expect(seen).not.toContain(area.id);
      seen.add(area.id);
    }
    expect(new Set(COMMUNITIES.map(({ profile }) => profile)).size).toBeGreaterThanOrEqual(4);
  });

  it('tile the sub-district: every place in it belongs to one community, and no place outside to any', () => {
    for (let x = 60.5; x < 1000; x += 7) for (let y = 60.5; y < 720; y += 7) {
      const point: Point = [x, y];
      const homes = COMMUNITIES.filter(({ outline }) => isInside(point, outline)).map(({ id }) => id);
      expect([point, homes.length]).toEqual([point, isInside(point, SUBDISTRICT_OUTLINE) ? 1 : 0]);
    }
  });

  it('have closed outlines that run counter-clockwise, with the centre inside', () => {
    for (const { boundary, centre } of plannedAreas()) {
      const ring = (boundary?.coordinates[0] ?? []).map(([x = 0, y = 0]): Point => [x, y]);
      if (ring.length === 0 || centre === undefined) continue;
      expect(ring.at(-1)).toEqual(ring[0]);
      const doubleArea = ring.slice(1).reduce((sum, [x, y], i) => sum + ((ring[i]?.[0] ?? 0) * y - x * (ring[i]?.[1] ?? 0)), 0);
      expect(doubleArea).toBeGreaterThan(0);
      expect(isInside([centre.lng, centre.lat], ring)).toBe(true);
    }
  });
});
