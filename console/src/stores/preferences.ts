import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { watch } from 'vue';
import { i18n, LOCALES, type Locale } from '../i18n.js';

export type Theme = 'dark' | 'light';

/** What this browser remembers: language, theme, muted or not. */
export const usePreferencesStore = defineStore('preferences', () => {
  const locale = useLocalStorage<Locale>('liandong.locale', 'zh-CN');
  const theme = useLocalStorage<Theme>('liandong.theme', 'dark');
  const isMuted = useLocalStorage('liandong.muted', false);

  watch(locale, (value) => {
    const known = LOCALES.includes(value) ? value : 'zh-CN';
    i18n.global.locale.value = known;
    document.documentElement.lang = known;
    document.title = i18n.global.t('app.tab');
  }, { immediate: true });
  watch(theme, (value) => { document.documentElement.dataset['theme'] = value === 'light' ? 'light' : 'dark'; }, { immediate: true, flush: 'sync' });

  const switchLocale = () => { locale.value = locale.value === 'en' ? 'zh-CN' : 'en'; };
  const switchTheme = () => { theme.value = theme.value === 'light' ? 'dark' : 'light'; };
  return { locale, theme, isMuted, switchLocale, switchTheme };
});
