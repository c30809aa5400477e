import { createI18n } from 'vue-i18n';
import { en } from './locales/en.js';
import { zhCN } from './locales/zh-cn.js';

export const LOCALES = ['zh-CN', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** vue-i18n 11 interprets messages as a tree and never builds code, so a page under `script-src 'self'` may use it. */
export const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: 'zh-CN', messages: { 'zh-CN': zhCN, en } });
