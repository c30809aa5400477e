import { DEVICE_KINDS, type Area, type Rule } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AreaTree } from '../../src/areas/area-tree.js';
import type { DeviceEntry } from '../../src/devices/types.js';
import { compileRule } from '../../src/rules/compile.js';
import { RuleIndex } from '../../src/rules/rule-index.js';
import { isNearer, nearness, placeOf } from '../../src/rules/scope.js';
import { common } from './rig.js';
import { rethrow } from '../support/rethrow.js';

const AREAS: Area[] = [
  { id: 'city', level: 'city', name: 'c' }, { id: 's1', level: 'subdistrict', parent: 'city', name: 's' }, { id: 's2', level: 'subdistrict', parent: 'city', name: 's' },
  { id: 'c1', level: 'community', parent: 's1', name: 'c', profile: 'urban' }, { id: 'c2', level: 'community', parent: 's1', name: 'c', profile: 'rural' }, { id: 'c3', level: 'community', parent: 's2', name: 'c' },
  { id: 'g1', level: 'grid', parent: 'c1', name: 'g' }, { id: 'g2', level: 'grid', parent: 'c1', name: 'g' },
];
const areas = new AreaTree(rethrow);
AREAS.forEach((area) => areas.put(area));
const DEVICES: DeviceEntry[] = ['c1', 'c2', 'c3', 'g1', 'g2'].flatMap((area) => (['waste_bin', 'env_sensor'] as const).map((kind): DeviceEntry => ({
  device: { id: `${kind === 'waste_bin' ? 'bin' : 'env'}-${area}`, kind, name: 'x', area, codec: 'native', reportingIntervalS: 60, status: 'online' },
  subdistrict: 's1', community: 'c1', secretHash: Buffer.alloc(32),
})));

const someOf = <T>(items: readonly T[]): fc.Arbitrary<T[] | undefined> => fc.option(fc.subarray([...items], { minLength: 1, maxLength: 3 }), { nil: undefined });
const ruleOf = fc.record({
  kinds: fc.subarray([...DEVICE_KINDS], { minLength: 1 }), areas: someOf(AREAS.map(({ id }) => id)), profiles: someOf(['urban', 'rural', 'campus'] as const), devices: someOf(DEVICES.map(({ device }) => device.id)),
  family: fc.constantFrom('f1', 'f2', undefined), version: fc.integer({ min: 1, max: 3 }),
}).map(({ kinds, areas: named, profiles, devices, family, version }) => (id: string): Rule => ({
  ...common(id, kinds), type: 'threshold', metric: 'battery', direction: 'below', bands: [{ limit: 20, severity: 'info' }], clearAt: 25, version, ...(family === undefined ? {} : { family }),
  scope: { ...(named === undefined ? {} : { areas: named }), ...(profiles === undefined ? {} : { profiles }), ...(devices === undefined ? {} : { devices }) },
}));
const rulesOf = fc.array(ruleOf, { maxLength: 25 }).map((makers) => makers.map((make, index) => make(`r${String(index).padStart(2, '0')}`)));
const inForce = (index: RuleIndex, entry: DeviceEntry): string[] => [...index.rulesFor(entry).byId.keys()];

/** By the words of the rule, without any index: of each family in whose scope the device lies, the one nobody of it is nearer than. */
function expected(rules: readonly Rule[], entry: DeviceEntry): string[] {
  const found = rules.flatMap((rule) => {
    const near = nearness(rule, placeOf(entry, areas));
    return near === undefined ? [] : [{ rule, nearness: near, family: rule.family ?? rule.id }];
  });
  return found.filter((one) => !found.some((other) => other !== one && other.family === one.family && isNearer(other, one))).map(({ rule }) => rule.id).sort();
}

describe('of two rules of one family', () => {
  const SCOPES: readonly (readonly [words: string, scope: NonNullable<Rule['scope']>])[] = [
    ['every device of a kind', {}], ['communities of a profile', { profiles: ['urban'] }], ['the city', { areas: ['city'] }], ['a sub-district', { areas: ['s1'] }],
    ['a community', { areas: ['c1'] }], ['a grid', { areas: ['g1'] }], ['the device', { devices: ['bin-g1'] }],
  ];
  const device = DEVICES.find(({ device: { id } }) => id === 'bin-g1')!; // made above
  const fill = (id: string, scope: NonNullable<Rule['scope']>, version = 1): Rule => ({
    ...common(id, ['waste_bin']), type: 'threshold', metric: 'battery', direction: 'below', bands: [{ limit: 20, severity: 'info' }], clearAt: 25, version, family: 'f', scope,
  });
  const winner = (...rules: Rule[]): string => {
    const found = [rules, [...rules].reverse()].map((given) => inForce(new RuleIndex(given.map((rule) => compileRule(rule)), areas), device));
    expect(found[0]).toEqual(found[1]);
    return found[0]!.join();
  };

  it('the nearer one is in force, whatever their versions and ids', () => {
    for (const [place, [, nearer]] of SCOPES.entries()) {
      for (const [, further] of SCOPES.slice(0, place)) expect(winner(fill('b', further, 9), fill('a', nearer))).toBe('a');
    }
  });

  it('the nearest member of a scope counts', () => {
    expect(winner(fill('b', { areas: ['c1'] }), fill('a', { areas: ['city', 'g1'] }))).toBe('a');
  });

  it('the higher version is in force among equally near ones, and then the id that comes later', () => {
    for (const [words, scope] of SCOPES) {
      expect(winner(fill('a', scope, 2), fill('b', scope, 1)), words).toBe('a');
      expect(winner(fill('a', scope), fill('b', scope)), words).toBe('b');
    }
  });
});

describe('the index of rules', () => {
  it('finds on every device exactly the nearest of each family, in whatever order the rules come', () => {
    fc.assert(fc.property(rulesOf, (rules) => {
      const index = new RuleIndex(rules.map((rule) => compileRule(rule)), areas);
      const reversed = new RuleIndex([...rules].reverse().map((rule) => compileRule(rule)), areas);
      for (const entry of DEVICES) {
        expect(inForce(index, entry)).toEqual(expected(rules, entry));
        expect(inForce(reversed, entry)).toEqual(expected(rules, entry));
      }
    }));
  });

  it('gives devices the very same set after a change that does not concern them', () => {
    fc.assert(fc.property(rulesOf, ruleOf, (rules, more) => {
      const compiled = rules.map((rule) => compileRule(rule));
      const before = new RuleIndex(compiled, areas);
      const sets = DEVICES.map((entry) => before.rulesFor(entry));
      const after = new RuleIndex([...compiled, compileRule(more('zz'))], areas, before);
      for (const [index, entry] of DEVICES.entries()) {
        const isSame = inForce(before, entry).join() === inForce(after, entry).join();
        // A rule that names the device gives it a set of its own, which holds the same rules all the same.
        if (isSame && more('zz').scope?.devices?.includes(entry.device.id) !== true) expect(after.rulesFor(entry)).toBe(sets[index]);
      }
    }));
  });
});
