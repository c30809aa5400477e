import { describe, expect, it } from 'vitest';
import { RULE_TYPES, type Rule } from '@liandong/protocols';
import fc from 'fast-check';
import { DEFAULTS } from '../support/fixture-rules.js';
import { anyRule } from './arbitrary-rule.js';
import { ruleWordsIn } from './words.js';

const [zh, en] = [ruleWordsIn('zh-CN'), ruleWordsIn('en')];
const rule = (id: string): Rule => DEFAULTS.find((candidate) => candidate.id === id) ?? (() => { throw new Error(`no rule ${id}`); })();

describe('what a rule does, in a sentence', () => {
  it.each([
    ['default-bin-fill', '满溢度 ≥ 80 % 提示，≥ 95 % 重要；低于 70 % 恢复；持续 2 分钟才告警', 'Fill level ≥ 80 % Warning, ≥ 95 % Major; clears under 70 %; only after 2 min'],
    ['default-battery', '电量 < 20 % 信息；不低于 25 % 恢复', 'Battery < 20 % Info; clears at 25 % or more'],
    ['odd-temperature', '温度低于 -10 °C 或高于 38 °C 提示，低于 -20 °C 或高于 45 °C 次要；回到 -8 至 36 °C 恢复', 'Temperature under -10 °C or over 38 °C Warning, under -20 °C or over 45 °C Minor; clears within -8 to 36 °C'],
    ['default-bin-tilted', '倾倒为“是”：次要；持续 5 分钟才告警', 'Tilted: yes: Minor; only after 5 min'],
    ['default-bin-heating', '温度 10 分钟内上升 10 °C：紧急', 'Temperature up by 10 °C within 10 min: Critical'],
    ['noise-often', '30 分钟内有 5 次噪声 ≥ 65 dB(A)：提示', '5 × Noise ≥ 65 dB(A) within 30 min: Warning'],
    ['default-gate-forced', '出现“强行开启”：紧急；出现“门关闭”恢复', 'Forced open: Critical; cleared by Door closed'],
    ['default-gate-denied', '1 分钟内出现 5 次“拒绝”：次要；最后一次过后 5 分钟自动恢复', 'Denied 5 × within 1 min: Minor; clears by itself 5 min after the last'],
    ['default-silent-gateway', '超过自身上报间隔的 3 倍没有上报：重要', 'Nothing heard for 3 × its own interval: Major'],
    ['activity-room', '温度 ≥ 30 °C，且（湿度 ≥ 75 % 或 二氧化碳 ≥ 1500 ppm）：次要；持续 15 分钟才告警', 'Temperature ≥ 30 °C and (Humidity ≥ 75 % or CO₂ ≥ 1500 ppm): Minor; only after 15 min'],
    ['default-air-aqi', '实时空气质量指数 ≥ 151 提示，≥ 201 次要，≥ 301 重要；低于 140 恢复；平稳 10 分钟才恢复', 'Real-time AQI ≥ 151 Warning, ≥ 201 Minor, ≥ 301 Major; clears under 140; clears after 10 min of calm'],
    ['default-noise', '噪声超过限值 信息，超限 5 dB 提示，超限 15 dB 次要（2 类声环境，昼 60 / 夜 50 dB(A)）；低于限值 2 dB 恢复；持续 10 分钟才告警，平稳 5 分钟才恢复', 'Noise over the limit Info, 5 dB over Warning, 15 dB over Minor (class 2, day 60 / night 50 dB(A)); clears 2 dB under the limit; only after 10 min, clears after 5 min of calm'],
  ])('%s', (id, chinese, english) => {
    expect(zh.sentence(rule(id))).toBe(chinese);
    expect(en.sentence(rule(id))).toBe(english);
  });
  it('leaves no key and no placeholder unfilled, whatever the rule', () => {
    fc.assert(fc.property(fc.constantFrom(...RULE_TYPES).chain(anyRule), (any) => {
      for (const words of [zh, en]) expect(words.sentence({ ...any, ...('event' in any ? { event: 'denied', clearOn: [] } : {}) })).not.toMatch(/ruleWords\.|\{\w+\}|undefined|NaN/); // its own member replaced
    }), { numRuns: 200 });
  });
});

describe('whom it concerns, and when', () => {
  it('names areas, kinds and hours past midnight', () => {
    expect(zh.schedule(rule('noise-often'))).toBe('22:00–次日 06:00');
    expect(zh.schedule(rule('activity-room'))).toBe('周一至周五 08:00–18:00 节假日除外');
    expect(zh.scope(rule('default-bin-fill'))).toBeUndefined();
    expect(zh.scope({ ...rule('default-bin-fill'), scope: { areas: ['beiguan'], profiles: ['rural'] } })).toBe('北关 · 乡村');
    expect(zh.scope({ ...rule('default-bin-fill'), scope: { devices: ['a', 'b', 'c', 'd'] } })).toBe('a、b 等 4 个');
    expect(en.kinds(rule('default-gate-forced'))).toBe('Access gate, Vehicle gate');
  });
});

describe('two versions', () => {
  const before = rule('default-bin-fill');
  it('that are alike have no differences', () => { expect(zh.differences(before, { ...before, version: 9, updatedBy: 'somebody' })).toEqual([]); });
  it('say each side of what is different', () => {
    expect(zh.differences(before, { ...before, onDelayS: 0, scope: { areas: ['beiguan'] }, enabled: false })).toEqual([
      { facet: 'delays', before: '持续 2 分钟才告警', after: '立即' }, { facet: 'scope', before: '全部', after: '北关' }, { facet: 'enabled', before: '启用', after: '停用' },
    ]);
  });
  it('tell apart words that differ in the other language only', () => { expect(zh.differences(before, { ...before, name: { ...before.name, en: 'Other' } })).toHaveLength(1); });
});
