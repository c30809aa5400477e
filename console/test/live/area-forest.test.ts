import { describe, expect, it } from 'vitest';
import type { Area } from '@liandong/protocols';
import { flatten, withArea } from '../../src/live/area-forest.js';

const CITY: Area = { id: 'city', level: 'city', name: '市' };
const EAST: Area = { id: 'east', level: 'subdistrict', parent: 'city', name: '东' };
const ELM: Area = { id: 'elm', level: 'community', parent: 'east', name: '榆' };
const forest = (...areas: Area[]) => areas.reduce(withArea, []);

describe('a forest of areas', () => {
  it('grows by an area below its parent', () => {
    const [city] = forest(CITY, EAST, ELM);
    expect(city?.children[0]?.children).toEqual([{ ...ELM, children: [] }]);
  });
  it('takes a changed area in its place, with what lies below it', () => {
    const changed = withArea(forest(CITY, EAST, ELM), { ...EAST, name: '东街道' });
    expect(flatten(changed).map(({ name }) => name)).toEqual(['市', '东街道', '榆']);
    expect(changed).toHaveLength(1);
  });
  it('keeps those beside one another by id, as a page that is opened anew has them', () => {
    expect(flatten(forest(CITY, EAST, ...['g10', 'g2'].map((id): Area => ({ ...ELM, id })), ELM)).map(({ id }) => id)).toEqual(['city', 'east', 'elm', 'g2', 'g10']);
  });
  it('shows an area as a root whose parent this person may not see', () => {
    expect(forest(EAST, ELM).map(({ id }) => id)).toEqual(['east']);
  });
  it('leaves the forest it was given as it was', () => {
    const before = forest(CITY);
    withArea(before, EAST);
    expect(before).toEqual([{ ...CITY, children: [] }]);
  });
});
