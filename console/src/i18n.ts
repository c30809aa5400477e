import { createI18n, type DefineLocaleMessage } from 'vue-i18n';
import { en } from './locales/en.js';
import { zhCN } from './locales/zh-cn.js';

export const LOCALES = ['zh-CN', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** Their keys are checked by `Messages` and by a test; spelled out here, the compiler would work out every path through them anew. */
const MESSAGES: Record<Locale, DefineLocaleMessage> = { 'zh-CN': zhCN, en };

/** vue-i18n 11 interprets messages as a tree and never builds code, so a page under `script-src 'self'` may use it. */
export const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: 'zh-CN', messages: MESSAGES });
