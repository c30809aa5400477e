import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULE_TYPES } from '@liandong/protocols';
import { figureOf, formOfRule, toRule } from '../../src/rules/rule-form.js';
import { anyRule } from './arbitrary-rule.js';

describe('a rule and its form', () => {
  it.each(RULE_TYPES)('of type %s come back as they went in', (type) => {
    fc.assert(fc.property(anyRule(type), (rule) => { expect(toRule(formOfRule(rule))).toEqual(rule); }), { numRuns: 200 });
  });
  it('share nothing: changing the form leaves the stored rule alone', () => {
    fc.assert(fc.property(fc.constantFrom(...RULE_TYPES).chain(anyRule), (rule) => {
      const before = structuredClone(rule);
      const form = formOfRule(rule);
      form.kinds.push('gateway'); form.areas.push('x'); form.clearOn.push('x'); form.weekdays.push(9); form.inhibitedBy.push('x'); form.bands.forEach((band) => { band.limit = '999'; }); form.when.of.splice(0);
      expect(rule).toEqual(before);
    }), { numRuns: 100 });
  });
  it('leave out what the hub counts and names', () => {
    fc.assert(fc.property(anyRule('silence'), (rule) => { expect(toRule(formOfRule({ ...rule, updatedAt: 1, updatedBy: 'li.na', manualClear: false }))).not.toHaveProperty('updatedBy'); }), { numRuns: 5 });
  });
});

describe('a typed figure', () => {
  it.each([['80', 80], [' 80 ', 80], ['-3.5', -3.5], ['８０', 80], ['−4', -4], ['.5', 0.5], ['1e3', 1000]])('%j is %d', (text, value) => { expect(figureOf(text)).toBe(value); });
  it.each(['', ' ', '8o', '80%', '1,000', '0x10', 'Infinity', 'NaN', '--1', '1.2.3'])('%j is none', (text) => { expect(figureOf(text)).toBeNaN(); });
});
