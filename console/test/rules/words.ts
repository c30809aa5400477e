import { createI18n } from 'vue-i18n';
import type { Label } from '@liandong/protocols';
import { en } from '../../src/locales/en.js';
import { zhCN } from '../../src/locales/zh-cn.js';
import { createRuleWords, type RuleWords } from '../../src/rules/rule-words.js';

/** Rule words with the console's own messages. */
export function ruleWordsIn(locale: 'zh-CN' | 'en'): RuleWords {
  const i18n = createI18n<false>({ legacy: false, locale, messages: { 'zh-CN': zhCN, en } });
  const t = (key: string, values: Record<string, string | number> = {}): string => i18n.global.t(key, values);
  return createRuleWords({
    t, ofLabel: (label: Label) => locale === 'en' ? label.en : label.zh, areaName: (id) => id === 'beiguan' ? '北关' : id, deviceName: (id) => id, ruleName: (id) => id, eventName: (event) => Object.hasOwn(zhCN.event, event) ? t(`event.${event}`) : event,
  });
}
