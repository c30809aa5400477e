import type { EpochMs, Label } from '@liandong/protocols';
import { fieldError, type FieldError } from './problem.js';

/** Of a range from `from` to `to` that does not begin before it ends, at `to`. */
export const emptyRange = (to: EpochMs): FieldError => fieldError('/from', { zh: '开始要早于结束。', en: '`from` must be before `to`.' }, { keyword: 'maximum', limit: to - 1 });

/** The same where a range ends now at the latest; `to` is where it ends by that. */
export const emptyPast = (to: EpochMs): FieldError => fieldError('/from', { zh: '开始要早于结束，也要早于现在。', en: '`from` must be before `to` and before now.' }, { keyword: 'maximum', limit: to - 1 });

/** Of a range that is longer than may be asked for; `earliest`: where it may begin. */
export const longRange = (earliest: EpochMs, words: Label): FieldError => fieldError('/from', words, { keyword: 'minimum', limit: earliest });
