import { fileURLToPath } from 'node:url';
import { forkProgram, type ForkedProgram } from '../support/fork-program.js';
import type { Resources } from '../support/resources.js';

export type ScreensOrder =
  | { readonly type: 'open'; readonly url: string; readonly token: string; readonly count: number; /** Alerts of other rules are not counted. */ readonly rulePrefix: string }
  | { readonly type: 'count' };
export type ScreensAnswer =
  | { readonly type: 'opened' }
  /** Alerts of the screen that has seen fewest, changes that came twice or out of order, screens that lost their connection. */
  | { readonly type: 'counted'; readonly fewest: number; readonly again: number; readonly lost: number };

/** Many screens in a process of their own. */
export const openScreens = (resources: Resources): ForkedProgram<ScreensOrder, ScreensAnswer> =>
  forkProgram('screens', fileURLToPath(new URL('screens-process.js', import.meta.url)), resources);
