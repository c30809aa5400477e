import { NewDeviceSchema } from '@liandong/protocols';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { plannedAreas } from '../../src/fleet/areas.js';
import { isInside } from '../../src/fleet/geometry.js';
import type { Point } from '../../src/fleet/map.js';
import { createRoster, toNewDevice } from '../../src/fleet/roster.js';

describe('the roster', () => {
  it('describes devices as the contract takes them, each with an id of its own', () => {
    const roster = createRoster({ size: 2000 });
    for (const device of roster) expect([...Value.Errors(NewDeviceSchema, toNewDevice(device))]).toEqual([]);
    expect(new Set(roster.map(({ id }) => id)).size).toBe(2000);
  });

  it('places every device inside its community', () => {
    const areas = new Map(plannedAreas().map((area) => [area.id, area]));
    for (const { community, area, location } of createRoster({ size: 700 })) {
      expect(areas.get(area)?.parent).toBe(community);
      const ring = (areas.get(community)?.boundary?.coordinates[0] ?? []).map(([x = 0, y = 0]): Point => [x, y]);
      expect(isInside([location.lng, location.lat], ring)).toBe(true);
    }
  });

  it('begins a bigger fleet with the devices of a smaller one, and has every kind from ten up', () => {
    const small = createRoster({ size: 10 });
    expect(createRoster({ size: 60 }).slice(0, 10)).toEqual(small);
    expect(new Set(small.map(({ kind }) => kind)).size).toBe(4);
  });

  it('paces the whole fleet to a rate, and promises the hub no more than it keeps', () => {
    for (const { reportEveryMs, reportingIntervalS } of createRoster({ size: 50, messagesPerSecond: 10 })) {
      expect(reportEveryMs).toBe(5000);
      expect(reportingIntervalS).toBe(10);
    }
    for (const { reportEveryMs, reportingIntervalS } of createRoster({ size: 50 })) expect(reportingIntervalS * 1000).toBeGreaterThanOrEqual(2 * reportEveryMs);
  });
});
