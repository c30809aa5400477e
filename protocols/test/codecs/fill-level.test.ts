import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { installFill, type BinInstall } from '@liandong/protocols';

const INSTALL = { depthMm: 1200, deadZoneMm: 200 };

describe('fill level by distance', () => {
  it.each([[1200, 0], [200, 100], [700, 50], [333, 86.7], [50, 100], [0, 100], [1320, 0]])('makes %i mm %d %%', (distanceMm, fillLevel) => {
    expect(installFill({ ts: 5, values: { battery: 90 }, distanceMm }, INSTALL)).toEqual({ reading: { ts: 5, values: { battery: 90, fill_level: fillLevel } } });
  });

  it.each<[string, number, BinInstall | undefined, object]>([
    ['an echo from beyond the bottom', 1321, INSTALL, { reason: 'out_of_range', detail: 'distanceMm' }],
    ['a negative distance', -1, INSTALL, { reason: 'out_of_range', detail: 'distanceMm' }],
    ['no number', Number.NaN, INSTALL, { reason: 'not_finite', detail: 'distanceMm' }],
    ['a bin nobody measured', 500, undefined, { reason: 'missing_install', detail: 'depthMm' }],
    ['a bin without depth', 500, { deadZoneMm: 1 }, { reason: 'missing_install', detail: 'depthMm' }],
    ['a bin of no depth', 500, { depthMm: 0, deadZoneMm: 0 }, { reason: 'missing_install', detail: 'depthMm' }],
    ['a bin without dead zone', 500, { depthMm: 1200 }, { reason: 'missing_install', detail: 'deadZoneMm' }],
    ['a dead zone down to the bottom', 500, { depthMm: 1200, deadZoneMm: 1200 }, { reason: 'missing_install', detail: 'deadZoneMm' }],
  ])('refuses %s and keeps the rest', (_name, distanceMm, install, refusal) => {
    expect(installFill({ values: { battery: 90 }, distanceMm }, install)).toEqual({ reading: { values: { battery: 90 } }, refusal });
  });

  it('leaves a reading without a distance alone', () => {
    expect(installFill({ values: { fill_level: 43 } }, undefined)).toEqual({ reading: { values: { fill_level: 43 } } });
  });

  it('stays between 0 and 100 whatever the numbers', () => {
    fc.assert(fc.property(fc.double(), fc.double(), fc.double(), (distanceMm, depthMm, deadZoneMm) => {
      const { reading, refusal } = installFill({ values: {}, distanceMm }, { depthMm, deadZoneMm });
      const level = reading.values.fill_level;
      expect(refusal === undefined ? typeof level === 'number' && level >= 0 && level <= 100 : level === undefined).toBe(true);
    }));
  });
});
