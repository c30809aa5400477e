const NAMES = ['bg', 'panel', 'raised', 'line', 'line-soft', 'text', 'text-2', 'text-3', 'accent', 'on-accent', 'critical', 'major', 'minor', 'warning', 'info', 'normal', 'stale', 'dot', 'font'] as const;
export type Tokens = Record<(typeof NAMES)[number], string>;

/** The design tokens as they are now, for libraries that compute with colours and can't take CSS variables. */
export function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  // Every name of NAMES is set here, which fromEntries' type cannot say.
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Tokens;
}
