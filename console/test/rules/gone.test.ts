import { describe, expect, it } from 'vitest';
import { goneOf } from '../../src/rules/gone.js';

const has = { device: (id: string) => id.startsWith('bin'), area: (id: string) => id === 'east' };

describe('what a scope names and is not there', () => {
  it('is nothing where all is there, or nothing is named', () => {
    expect(goneOf({}, has)).toBeUndefined();
    expect(goneOf({ areas: ['east'], devices: ['bin-1', 'bin-2'] }, has)).toBeUndefined();
  });
  it('is told by name, and whether anything is left', () => {
    expect(goneOf({ devices: ['bin-1', 'x'] }, has)).toEqual({ devices: ['x'], areas: [], isAll: false });
    expect(goneOf({ devices: ['x', 'y'] }, has)).toEqual({ devices: ['x', 'y'], areas: [], isAll: true });
    // Members of a scope have all to hold.
    expect(goneOf({ areas: ['west'], devices: ['bin-1'] }, has)).toEqual({ devices: [], areas: ['west'], isAll: true });
  });
});
