import { RULE_SCHEMAS, type Rule, type RuleCondition, type RuleLeaf } from '@liandong/protocols';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { senseFault } from '../../src/rules/rule-sense.js';
import { common } from './rig.js';

type Of<T extends Rule['type']> = Extract<Rule, { type: T }>;
const threshold = (more: Partial<Of<'threshold'>>): Rule => ({ ...common('r'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: 70, ...more });
const range = (more: Partial<Of<'range'>>): Rule => ({ ...common('r'), type: 'range', metric: 'temperature', bands: [{ low: 0, high: 40, severity: 'warning' }, { low: -10, high: 50, severity: 'major' }], deadband: 2, ...more });
const change = (more: Partial<Of<'change'>>): Rule => ({ ...common('r'), type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'major', ...more });
const count = (more: Partial<Of<'count'>>): Rule => ({ ...common('r'), type: 'count', metric: 'fill_level', direction: 'above', limit: 80, count: 3, withinS: 600, severity: 'major', ...more });
const event = (more: Partial<Of<'event'>>): Rule => ({ ...common('r', ['access_gate']), type: 'event', event: 'denied', count: 3, withinS: 60, clearOn: [], clearAfterS: 300, severity: 'minor', ...more });
const endless = (more: Partial<Of<'event'>>): Rule => ({ ...common('r', ['access_gate']), type: 'event', event: 'denied', count: 3, withinS: 60, clearOn: [], severity: 'minor', ...more });
const plain = { message: { zh: '{device} 有事', en: '{device} needs a look' } };
const silence = (intervals: number): Rule => ({ ...common('r'), ...plain, type: 'silence', intervals, severity: 'minor' });
const aqi = (more: Partial<Of<'aqi'>>): Rule => ({ ...common('r', ['env_sensor']), type: 'aqi', bands: [{ limit: 101, severity: 'minor' }, { limit: 201, severity: 'major' }], clearAt: 90, ...more });
const noise = (more: Partial<Of<'noise'>>): Rule => ({ ...common('r', ['env_sensor']), type: 'noise', class: '2', bands: [{ over: 0, severity: 'info' }, { over: 5, severity: 'minor' }], deadband: 2, ...more });
const state = (more: Partial<Of<'state'>>): Rule => ({ ...common('r'), ...plain, type: 'state', metric: 'tilted', equals: true, severity: 'minor', ...more });
const combined = (when: RuleCondition): Rule => ({ ...common('r'), ...plain, type: 'combined', when, severity: 'major' });
const leaf = (more: Partial<RuleLeaf>): Rule => combined({ op: 'all', of: [{ type: 'state', metric: 'lid_open', equals: true }, { type: 'compare', metric: 'temperature', direction: 'above', limit: 50, ...more } as RuleLeaf] }); // completed by `more`
const w = 'warning' as const;

describe('a rule that makes sense', () => {
  it.each([
    threshold({}), threshold({ clearAt: 80 }), threshold({ metric: 'battery', direction: 'below', bands: [{ limit: 20, severity: 'info' }, { limit: 10, severity: w }], clearAt: 25 }), range({}), change({ direction: 'down' }), count({}),
    event({}), endless({ manualClear: true }), endless({ clearOn: ['granted'] }), event({ kinds: ['waste_bin'], event: 'emptied' }), event({ kinds: ['waste_bin', 'access_gate'], event: 'tamper' }), silence(1), aqi({}), noise({ bands: [{ over: -5, severity: 'info' }] }), leaf({}),
    // At the ends of a metric's range there is still a value: at or above the highest, under the one after the lowest.
    threshold({ bands: [{ limit: 100, severity: 'major' }] }), threshold({ direction: 'below', bands: [{ limit: 0.5, severity: w }], clearAt: 10 }), count({ limit: 100 }), count({ direction: 'above', limit: 0, count: 1 }), count({ direction: 'below', limit: 1 }),
    range({ metric: 'fill_level', bands: [{ low: 0, high: 99, severity: w }] }), range({ metric: 'fill_level', bands: [{ low: 1, high: 100, severity: w }] }), threshold({ schedule: { hours: [22, 24] } }), threshold({ schedule: { hours: [0, 24] } }),
    threshold({ schedule: { hours: [22, 6], weekdays: [1], holidays: 'except' } }), { ...common('r'), ...plain, type: 'state', metric: 'tilted', equals: false, severity: 'minor' } satisfies Rule,
    threshold({ kinds: ['waste_bin', 'env_sensor', 'access_gate', 'vehicle_gate', 'gateway'], metric: 'battery' }),
  ])('is let through: $type', (rule) => {
    expect(Value.Check(RULE_SCHEMAS[rule.type], rule)).toBe(true);
    expect(senseFault(rule)).toBeUndefined();
  });
});

describe('a rule that can not work is refused with a sentence that names the part:', () => {
  it.each<[Rule, string]>([
    [threshold({ bands: [{ limit: 95, severity: 'major' }, { limit: 80, severity: w }] }), 'bands'],
    [threshold({ bands: [{ limit: 80, severity: 'major' }, { limit: 80, severity: w }] }), 'bands'],
    [threshold({ direction: 'below', clearAt: 99 }), 'bands'],
    [threshold({ clearAt: 81 }), 'clearAt 81'],
    [threshold({ bands: [{ limit: 80, severity: 'major' }, { limit: 95, severity: w }] }), 'warning after major'], [aqi({ bands: [{ limit: 101, severity: 'major' }, { limit: 201, severity: 'minor' }] }), 'minor after major'],
    [noise({ bands: [{ over: 0, severity: 'minor' }, { over: 5, severity: 'info' }] }), 'info after minor'], [range({ bands: [{ low: 0, high: 40, severity: 'major' }, { low: -10, high: 50, severity: w }] }), 'warning after major'],
    [threshold({ name: { zh: ' ', en: 'full' } }), 'name.zh'], [threshold({ name: { zh: '满', en: '\u3000' } }), 'name.en'], [threshold({ message: { zh: '\t', en: 'full' } }), 'message.zh'], [threshold({ message: { zh: '满', en: '' } }), 'message.en'], [threshold({ message: { zh: '{device}', en: '{devcie}' } }), 'message.en has {devcie}'],
    [threshold({ name: { zh: '满', en: '\u0301' } }), 'name.en is empty'], [threshold({ name: { zh: '满\u202e', en: 'full' } }), 'name.zh holds controls'], [threshold({ message: { zh: '{device}', en: '\u2066{device}' } }), 'message.en holds controls'],
    [state({ message: { zh: '{device}', en: '{device} {value}' } }), 'message.en has {value}, which nothing fills: a rule like this has {device},'], [count({ message: { zh: '{what}', en: '{device}' } }), 'message.zh has {what}'],
    [threshold({ message: { zh: '{device} {value', en: 'x' } }), 'message.zh has {value,'], [threshold({ message: { zh: '{device} value}', en: 'x' } }), 'message.zh has },'], [event({ count: 1, message: { zh: '{device}', en: '{value}' } }), 'message.en has {value}'],
    [threshold({ direction: 'below', bands: [{ limit: 20, severity: w }], clearAt: 19 }), 'clearAt 19'],
    [threshold({ clearAt: NaN }), 'clearAt'], [threshold({ bands: [{ limit: Infinity, severity: w }] }), 'bands'], [threshold({ clearAt: -Infinity }), 'clearAt'],
    [threshold({ bands: [{ limit: 101, severity: w }] }), 'range of fill_level'],
    [threshold({ metric: 'tilted', bands: [{ limit: 1, severity: w }], clearAt: 0 }), 'tilted'],
    [threshold({ metric: 'pm2_5' }), 'kinds has waste_bin'], [threshold({ kinds: ['waste_bin', 'gateway'] }), 'kinds has gateway'],
    [threshold({ scope: { areas: [] } }), 'scope.areas'], [threshold({ scope: { devices: [] } }), 'scope.devices'], [threshold({ scope: { profiles: [] } }), 'scope.profiles'],
    [threshold({ schedule: {} }), 'schedule'], [threshold({ schedule: { weekdays: [] } }), 'schedule.weekdays'], [threshold({ schedule: { hours: [6, 6] } }), 'schedule.hours'], [threshold({ schedule: { hours: [24, 0] } }), 'schedule.hours'],
    [range({ bands: [{ low: 40, high: 0, severity: w }] }), 'low 40'], [range({ bands: [{ low: 0, high: 40, severity: w }, { low: 5, high: 60, severity: w }] }), 'bands'],
    [threshold({ direction: 'below', bands: [{ limit: 0, severity: w }], clearAt: 10 }), 'bands[0].limit is 0, and fill_level is never below 0'], [threshold({ direction: 'below', bands: [{ limit: 20, severity: w }, { limit: 0, severity: 'major' }], clearAt: 30 }), 'bands[1].limit is 0'],
    [threshold({ metric: 'temperature', direction: 'below', bands: [{ limit: -40, severity: w }], clearAt: 0 }), 'never below -40'], [count({ direction: 'below', limit: 0 }), 'limit is 0, and fill_level is never below 0'],
    [range({ metric: 'fill_level', bands: [{ low: 0, high: 100, severity: w }] }), 'bands[0] with low 0 and high 100 spans all of fill_level, 0 to 100'], [range({ bands: [{ low: 0, high: 40, severity: w }, { low: -40, high: 125, severity: 'major' }] }), 'bands[1] with low -40'],
    [threshold({ bands: [{ limit: 80, severity: w }, { limit: 95, severity: w }] }), 'bands[1].severity is warning like'], [range({ bands: [{ low: 0, high: 40, severity: w }, { low: -10, high: 50, severity: w }] }), 'bands[1].severity'],
    [noise({ bands: [{ over: 0, severity: w }, { over: 5, severity: w }] }), 'bands[1].severity'], [aqi({ bands: [{ limit: 101, severity: w }, { limit: 201, severity: w }] }), 'bands[1].severity'],
    [threshold({ schedule: { hours: [24, 6] } }), 'schedule.hours begins at 24'],
    [range({ deadband: 21 }), 'deadband 21'], [range({ deadband: -1 }), 'deadband -1'], [range({ deadband: NaN }), 'deadband'], [range({ bands: [{ low: -300, high: 40, severity: w }] }), 'bands'],
    [state({ metric: 'fill_level' }), 'fill_level'],
    [endless({}), 'would never end'], [threshold({ clearAt: 0 }), 'would never clear'], [aqi({ clearAt: 0 }), 'would never clear'], [noise({ deadband: 40 }), 'would never clear'], [noise({ bands: [{ over: 120, severity: w }] }), 'under 120 dB'],
    [threshold({ name: { zh: '满', en: 'n'.repeat(101) } }), 'name.en has 101'], [threshold({ message: { zh: '满'.repeat(501), en: 'full' } }), 'message.zh has 501'],
    [change({ by: 0 }), 'by'], [change({ by: -1 }), 'by'], [change({ by: NaN }), 'by'], [change({ by: 1000 }), 'by 1000'], [change({ withinS: 0 }), 'withinS'], [change({ metric: 'lid_open' }), 'lid_open'],
    [count({ withinS: 0 }), 'withinS'], [count({ limit: Infinity }), 'limit'], [count({ metric: 'tilted' }), 'tilted'],
    [event({ withinS: 0 }), 'withinS'], [event({ event: 'forced_opn' }), 'forced_opn'], [event({ clearOn: ['denied'] }), 'clearOn'], [event({ clearOn: ['door_shut'] }), 'door_shut'],
    [event({ kinds: ['waste_bin'] }), 'waste_bin'], [silence(0), 'intervals'], [silence(0.5), 'intervals'],
    [aqi({ bands: [{ limit: 501, severity: w }] }), '500'], [aqi({ clearAt: 150 }), 'clearAt 150'], [aqi({ bands: [{ limit: 200, severity: w }, { limit: 100, severity: w }] }), 'bands'], [aqi({ kinds: ['waste_bin'] }), 'waste_bin'], [aqi({ clearAt: NaN }), 'clearAt'],
    [noise({ bands: [{ over: 5, severity: w }, { over: 0, severity: w }] }), 'bands'], [noise({ deadband: -1 }), 'deadband'], [noise({ kinds: ['access_gate'] }), 'access_gate'], [noise({ bands: [{ over: NaN, severity: w }] }), 'bands'],
    [leaf({ limit: 500 }), 'condition 2'], [leaf({ type: 'change', by: 0, withinS: 60 }), 'by'], [leaf({ type: 'change', by: 1, withinS: 0 }), 'withinS'], [leaf({ type: 'outside', low: 5, high: 5 }), 'low 5'],
    [leaf({ type: 'state', metric: 'temperature', equals: true }), 'temperature'], [leaf({ metric: 'pm10' }), 'pm10'],
    [{ ...combined({ type: 'event', event: 'denied', count: 1, withinS: 0 }), kinds: ['access_gate'] }, 'withinS'],
    [combined({ op: 'all', of: Array.from({ length: 3 }, (): RuleCondition => ({ op: 'any', of: Array.from({ length: 8 }, (): RuleCondition => ({ type: 'state', metric: 'tilted', equals: true })) })) }), '24 conditions'],
  ])('%#', (rule, part) => {
    const fault = senseFault(rule);
    expect(fault?.en).toContain(part);
    expect(fault?.en).toMatch(/\.$/);
    expect(fault?.zh).toMatch(/^[^a-z]*[\u4e00-\u9fff].*。$/);
  });
});

describe('a combination', () => {
  const fill = (direction: 'above' | 'below', limit: number): RuleCondition => ({ type: 'compare', metric: 'fill_level', direction, limit });
  const hot = (limit: number): RuleCondition => ({ type: 'compare', metric: 'temperature', direction: 'above', limit });
  const open = (equals: boolean): RuleCondition => ({ type: 'state', metric: 'lid_open', equals });
  const outside = (low: number, high: number): RuleCondition => ({ type: 'outside', metric: 'temperature', low, high });
  const rising: RuleCondition = { type: 'change', metric: 'fill_level', direction: 'up', by: 5, withinS: 60 };
  const group = (op: 'all' | 'any' | 'not', ...of: RuleCondition[]): RuleCondition => ({ op, of });

  it.each<[string, RuleCondition]>([
    ['either side of a limit', group('any', fill('below', 50), fill('above', 50))], ['the whole range', group('all', fill('above', 0))], ['not under the least value', group('not', { type: 'compare', metric: 'battery', direction: 'below', limit: 0 })],
    ['the whole range alone', fill('above', 0)], ['both states', group('any', open(true), open(false))], ['whatever an event says', group('any', fill('below', 60), fill('above', 40), rising)], ['two metrics', group('not', group('all', group('all', fill('above', 80), fill('below', 20)), hot(50)))],
    ['outside or within', group('any', outside(10, 30), group('not', outside(0, 40)))],
  ])('that is true whatever is reported is refused: %s', (_what, when) => {
    expect(senseFault(combined(when))).toEqual({ zh: '条件组合无论上报什么数值都成立，告警永远不会结束。', en: 'when is true whatever values are reported: its alerts would never end.' });
  });

  it.each<[string, RuleCondition]>([
    ['under one limit and over a higher one', group('all', fill('below', 20), fill('above', 80))], ['under the least value', fill('below', 0)], ['over the highest', group('all', outside(-40, 125), rising)], ['both states', group('all', open(true), hot(20), open(false))],
    ['the other side of itself', group('all', fill('above', 50), group('not', fill('above', 40)))],
  ])('that is false whatever is reported is refused: %s', (_what, when) => {
    expect(senseFault(combined(when))).toEqual({ zh: '条件组合无论上报什么数值都不成立，永远不会告警。', en: 'when is false whatever values are reported: there would never be an alert.' });
  });

  it.each<[string, RuleCondition]>([
    ['two bands with a gap', group('any', fill('below', 20), fill('above', 80))], ['the limit itself', group('all', fill('above', 100))], ['a change', group('any', rising, group('not', rising))], ['one value only', group('all', fill('above', 0), group('not', outside(20, 20.5)))],
    ['an event and the whole range', group('all', fill('above', 0), rising)], ['two metrics', group('any', fill('above', 50), hot(20))],
  ])('that may be either is let through: %s', (_what, when) => {
    expect(senseFault(combined(when))).toBeUndefined();
  });

  it('of so many metrics that not all cases can be tried is let through', () => {
    const metrics = ['battery', 'humidity', 'pm2_5', 'pm10', 'co2', 'co', 'o3', 'no2', 'so2', 'noise', 'illuminance', 'tvoc', 'rain', 'snr'] as const;
    const over = metrics.map((metric): RuleCondition => ({ type: 'compare', metric, direction: 'above', limit: 5 }));
    const many = group('any', group('any', ...over.slice(0, 8)), group('any', ...over.slice(8)), hot(20), group('not', hot(20)));
    expect(senseFault({ ...combined(many), kinds: ['env_sensor'] })).toBeUndefined();
  });
});

describe('the schema of a combined rule', () => {
  it('holds groups four deep, and no deeper', () => {
    const nested = (depth: number): RuleCondition => depth === 0 ? { type: 'state', metric: 'tilted', equals: true } : { op: 'not', of: [nested(depth - 1)] };
    expect(Value.Check(RULE_SCHEMAS.combined, combined(nested(4)))).toBe(true);
    expect(Value.Check(RULE_SCHEMAS.combined, combined(nested(5)))).toBe(false);
    expect(Value.Check(RULE_SCHEMAS.combined, combined({ op: 'all', of: [] }))).toBe(false);
  });
});
