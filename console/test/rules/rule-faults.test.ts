import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../support/fixture-rules.js';
import { emptyForm, formOfRule, type RuleForm } from '../../src/rules/rule-form.js';
import { faultsOf } from '../../src/rules/rule-faults.js';
import { emptyLeaf } from '../../src/rules/condition-form.js';
import { zhCN } from '../../src/locales/zh-cn.js';

const formOf = (id: string): RuleForm => formOfRule(DEFAULTS.find((rule) => rule.id === id) ?? (() => { throw new Error(`no rule ${id}`); })());
const keys = (form: RuleForm) => faultsOf(form).map(({ field, key }) => `${field} ${key}`);
const changed = (id: string, change: Partial<RuleForm>): string[] => keys({ ...formOf(id), ...change });

describe('the form of a rule', () => {
  it.each(DEFAULTS.map(({ id }) => id))('finds nothing wrong with %s', (id) => { expect(keys(formOf(id))).toEqual([]); });
  it.each<[string, string, Partial<RuleForm>]>([
    ['message messageUnknown', 'default-gate-forced', { messageZh: '{device} {value}' }], ['message messageUnknown', 'default-bin-fill', { messageEn: '{device} at {value' }], ['message messageUnknown', 'default-bin-fill', { messageZh: '{what}' }],
    ['name nameEnMissing', 'default-bin-fill', { nameEn: ' ' }], ['name nameZhMissing', 'default-bin-fill', { nameZh: '\u3000' }], ['name nameMissing', 'default-bin-fill', { nameZh: '', nameEn: '' }],
    ['message messageEnMissing', 'default-bin-fill', { messageEn: '' }], ['message messageZhMissing', 'default-bin-fill', { messageZh: ' ' }],
    ['id idMissing', 'default-bin-fill', { id: ' ' }], ['id idWrong', 'default-bin-fill', { id: 'Bin Fill' }], ['kinds kindsMissing', 'default-bin-fill', { kinds: [] }],
    ['clearAt clearAbove', 'default-bin-fill', { clearAt: '90' }], ['clearAt clearBelow', 'default-battery', { clearAt: '10' }], ['clearAt figureWrong', 'default-bin-fill', { clearAt: '7o' }], ['clearAt figureMissing', 'default-bin-fill', { clearAt: '' }],
    ['bands.0 outOfRange', 'default-bin-fire', { bands: [{ severity: 'major', limit: '200', low: '', high: '' }] }], ['bands bandsMissing', 'default-bin-fire', { bands: [] }],
    ['bands.1 bandsRise', 'default-bin-fill', { bands: [{ severity: 'minor', limit: '80', low: '', high: '' }, { severity: 'major', limit: '80', low: '', high: '' }] }],
    ['bands.1 bandsSame', 'default-bin-fill', { bands: [{ severity: 'minor', limit: '80', low: '', high: '' }, { severity: 'minor', limit: '90', low: '', high: '' }] }], ['schedule hoursFrom24', 'default-bin-fill', { hasHours: true, fromHour: 24, toHour: 6 }],
    ['bands.0 neverBelow', 'default-battery', { bands: [{ severity: 'minor', limit: '0', low: '', high: '' }] }], ['limit neverBelow', 'noise-often', { direction: 'below', limit: '0' }], ['bands.0 neverOutside', 'odd-temperature', { bands: [{ severity: 'minor', limit: '', low: '-40', high: '125' }] }],
    ['bands.0 crossed', 'odd-temperature', { bands: [{ severity: 'minor', limit: '', low: '38', high: '-10' }] }], ['deadband deadbandSwallows', 'odd-temperature', { deadband: '40' }], ['deadband negative', 'default-noise', { deadband: '-1' }],
    ['metric metricStranger', 'default-bin-fill', { kinds: ['access_gate'] }], ['metric eventStranger', 'default-gate-forced', { kinds: ['waste_bin'] }], ['kinds sensorsOnly', 'default-air-aqi', { kinds: ['env_sensor', 'waste_bin'] }],
    ['withinS whole', 'default-bin-heating', { withinS: '0' }], ['by notPositive', 'default-bin-heating', { by: '0' }], ['by tooMuch', 'default-bin-heating', { by: '500' }], ['count whole', 'noise-often', { count: '2.5' }],
    ['clearOn clearsItself', 'default-gate-forced', { clearOn: ['forced_open'] }], ['clearAfterS neverClears', 'default-gate-forced', { clearOn: [] }], ['intervals outOfRange', 'default-silent-gateway', { intervals: '0.5' }],
    ['schedule hoursEmpty', 'default-bin-fill', { hasHours: true, fromHour: 6, toHour: 6 }], ['onDelayS whole', 'default-bin-fill', { onDelayS: '-1' }],
    ['when emptyGroup', 'activity-room', { when: { kind: 'group', op: 'all', of: [] } }], ['when.0 figureMissing', 'activity-room', { when: { kind: 'group', op: 'all', of: [emptyLeaf()] } }],
    ['when tooManyLeaves', 'activity-room', { when: { kind: 'group', op: 'all', of: Array.from({ length: 17 }, () => emptyLeaf()) } }],
  ])('says %s', (fault, id, change) => { expect(changed(id, change)).toContain(fault); });
  it('of an empty rule asks for what is missing, and has words for everything', () => {
    const faults = faultsOf(emptyForm());
    expect(faults.map(({ field }) => field)).toEqual(expect.arrayContaining(['id', 'name', 'bands.0', 'clearAt']));
    for (const { key } of faults) expect(zhCN.ruleFault).toHaveProperty(key);
  });
});
