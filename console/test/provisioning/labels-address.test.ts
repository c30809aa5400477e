import { describe, expect, it } from 'vitest';
import { MOST_LABELS } from '@liandong/protocols';
import { labelsAddress } from '../../src/provisioning/labels-address.js';

const ids = ['bin-1', 'bin-2'];
const many = (n: number) => Array.from({ length: n }, (_, index) => `bin-${index}`);

describe('the address of a label sheet', () => {
  it('names the area that is filtered by', () => {
    expect(labelsAddress({ area: 'east', isNarrowed: false, ids })).toBe('/api/v1/devices/labels?area=east');
  });
  it('names the devices when more than the area narrows them, or no area is chosen', () => {
    for (const area of ['east', undefined]) expect(labelsAddress({ area, isNarrowed: true, ids })).toBe('/api/v1/devices/labels?ids=bin-1%2Cbin-2');
    expect(labelsAddress({ area: undefined, isNarrowed: false, ids })).toContain('ids=');
  });
  it('is not there for no device, and for more than one sheet takes', () => {
    expect(labelsAddress({ area: 'east', isNarrowed: false, ids: [] })).toBeUndefined();
    expect(labelsAddress({ area: 'east', isNarrowed: false, ids: many(MOST_LABELS) })).toBeDefined();
    expect(labelsAddress({ area: 'east', isNarrowed: false, ids: many(MOST_LABELS + 1) })).toBeUndefined();
  });
});
