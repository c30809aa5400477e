import { expect, it } from 'vitest';
import type { Rule } from '@liandong/protocols';
import { outcomeOf } from '../../src/rules/outcome.js';
import { formOfRule, toRule } from '../../src/rules/rule-form.js';

const RULE: Rule = {
  id: 'fill', kinds: ['waste_bin'], enabled: true, onDelayS: 0, offDelayS: 0, name: { zh: '满溢', en: '' }, message: { zh: '{device} {value}', en: '' },
  type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 60, severity: 'minor' }], clearAt: 50,
};

it('a back-test stays that of its rule when it is saved, and not when a limit changes', () => {
  const asWritten = toRule(formOfRule(RULE));
  const saved = toRule(formOfRule({ ...asWritten, version: 1, updatedAt: 5, updatedBy: 'li', name: { zh: '满溢', en: '满溢' }, message: { zh: '{device} {value}', en: '{device} {value}' } }));
  expect(outcomeOf(saved)).toBe(outcomeOf(asWritten));
  expect(outcomeOf({ ...saved, clearAt: 55 } as Rule)).not.toBe(outcomeOf(asWritten));
});
