import { createSharedComposable, useLocalStorage } from '@vueuse/core';
import { onScopeDispose, watch } from 'vue';
import { usePreferencesStore, type Theme } from '../stores/preferences.js';

/** Out of doors light is read better than dark, so this page has its own theme; the console's comes back with its pages. */
export const useInstallTheme = createSharedComposable(() => {
  const preferences = usePreferencesStore();
  const theme = useLocalStorage<Theme>('liandong.install.theme', 'light');
  const wear = (wanted: Theme) => { document.documentElement.dataset['theme'] = wanted === 'dark' ? 'dark' : 'light'; };
  watch(theme, wear, { immediate: true, flush: 'sync' });
  onScopeDispose(() => wear(preferences.theme));
  return { theme, switchTheme: () => { theme.value = theme.value === 'light' ? 'dark' : 'light'; } };
});
