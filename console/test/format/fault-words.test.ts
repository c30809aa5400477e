import { describe, expect, it } from 'vitest';
import { createI18n } from 'vue-i18n';
import {
  AlertAssignSchema, AlertCommentSchema, AlertShelveSchema, BulkAckSchema, CalendarSchema, ChannelPatchSchema, EscalationPolicySchema, FAULT_KEYWORDS, FAULT_PATTERNS, NewChannelSchema, NewHubSchema, NewMaintenanceSchema, NewShiftSchema,
  RULE_SCHEMAS, type FieldFault,
} from '@liandong/protocols';
import { faultsInWords } from '../../src/format/fault-words.js';
import { en } from '../../src/locales/en.js';
import { zhCN } from '../../src/locales/zh-cn.js';

function wordsIn(locale: 'zh-CN' | 'en'): (...faults: FieldFault[]) => string {
  const { t, te } = createI18n<false>({ legacy: false, locale, messages: { 'zh-CN': zhCN, en } }).global;
  return (...faults) => faultsInWords(faults, (key, values = {}) => t(key, values), te);
}
const [inChinese, inEnglish] = [wordsIn('zh-CN'), wordsIn('en')];
const fault = (path: string, keyword?: string, more: Partial<FieldFault> = {}): FieldFault => ({ path, message: 'must fit', ...(keyword === undefined ? {} : { keyword }), ...more });

interface Schema { properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[] }
/** Every name that can stand in the path of a fault. */
function namesIn({ properties = {}, items, anyOf = [] }: Schema): string[] {
  return [...Object.keys(properties), ...[...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf].flatMap(namesIn)];
}

describe('what does not fit its schema', () => {
  it('is said place by place in the language of the page', () => {
    const faults = [fault('/name', 'required'), fault('/bands/1/limit', 'maximum', { limit: 100 }), fault('/start', 'pattern', { expected: ['time_of_day'] })];
    expect(inChinese(...faults)).toBe('名称：没有填；级别 · 第 2 项 · 限值：不能大于 100；开始：应写成 时:分，例如 08:00');
    expect(inEnglish(...faults)).toBe('Name: is missing; Bands · no. 2 · Limit: must be 100 or less; Start: must be HH:MM, such as 08:00');
  });
  it('counts what is more than three places', () => {
    expect(inChinese(...['a', 'b', 'c', 'd', 'e'].map((name) => fault(`/${name}`, 'type')))).toBe('a：格式不对；b：格式不对；c：格式不对；还有 2 处');
  });
  it('stays readable for what this page has no words for: a newer hub\'s keyword or member, or none', () => {
    expect(inChinese(fault('/', 'type'), fault('/colour', 'dependencies'), fault('/url', 'pattern', { expected: ['newer'] }))).toBe('内容：格式不对；colour：不符合要求；地址：写法不对');
    expect(inEnglish(fault('/colour'))).toBe('colour: is not valid');
  });
  it.each([...FAULT_KEYWORDS.map((keyword) => [keyword, {}] as const), ...FAULT_PATTERNS.map((name) => ['pattern', { expected: [name] }] as const)])('has words for %s %o', (keyword, more) => {
    for (const words of [inChinese(fault('/name', keyword, { limit: 7, ...more })), inEnglish(fault('/name', keyword, { limit: 7, ...more }))]) {
      expect(words).not.toMatch(/fieldFault|fieldName|[{}]/);
      if (keyword !== 'pattern') expect(words).not.toMatch(/不符合要求|is not valid/);
    }
  });
  it.each(Object.entries({
    ...RULE_SCHEMAS, policy: EscalationPolicySchema, shift: NewShiftSchema, channel: NewChannelSchema, channelPatch: ChannelPatchSchema, maintenance: NewMaintenanceSchema, calendar: CalendarSchema, hub: NewHubSchema,
    shelve: AlertShelveSchema, assign: AlertAssignSchema, comment: AlertCommentSchema, acknowledge: BulkAckSchema,
  }))('has a name for every member of %s', (_name, schema) => {
    const names = namesIn(schema as Schema); // plain JSON Schema underneath
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !Object.hasOwn(zhCN.fieldName, name))).toEqual([]);
  });
});
