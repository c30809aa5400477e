import { darkTheme, dateZhCN, zhCN, type GlobalThemeOverrides } from 'naive-ui';
import { computed } from 'vue';
import { usePreferencesStore } from '../stores/preferences.js';
import { readTokens, type Tokens } from '../styles/read-tokens.js';

/** Naive UI dressed in the console's own tokens and language. */
export function useNaiveTheme() {
  const preferences = usePreferencesStore();
  const theme = computed(() => preferences.theme === 'light' ? null : darkTheme);
  // The theme attribute is set synchronously, so the tokens read here are the new ones.
  const overrides = computed(() => overridesOf(readTokens(), preferences.theme));
  const locale = computed(() => preferences.locale === 'en' ? null : zhCN);
  const dateLocale = computed(() => preferences.locale === 'en' ? null : dateZhCN);
  return { theme, overrides, locale, dateLocale };
}

function overridesOf(tokens: Tokens, _theme: string): GlobalThemeOverrides {
  return {
    common: {
      primaryColor: tokens.accent, primaryColorHover: tokens.accent, primaryColorPressed: tokens.accent, primaryColorSuppl: tokens.accent,
      bodyColor: tokens.bg, cardColor: tokens.panel, modalColor: tokens.panel, popoverColor: tokens.raised, tableColor: tokens.panel, inputColor: tokens.raised,
      textColorBase: tokens.text, textColor1: tokens.text, textColor2: tokens.text, textColor3: tokens['text-2'], placeholderColor: tokens['text-3'],
      borderColor: tokens.line, dividerColor: tokens['line-soft'], hoverColor: tokens.raised, borderRadius: '8px', fontFamily: tokens.font, fontSize: '15px',
    },
    DataTable: { thColor: tokens.panel, tdColor: tokens.panel, tdColorHover: tokens.raised, thTextColor: tokens['text-2'], thFontWeight: '500', borderColor: tokens['line-soft'], fontSizeMedium: '15px', thPaddingMedium: '9px 12px', tdPaddingMedium: '9px 12px' },
    Drawer: { color: tokens.panel },
  };
}
