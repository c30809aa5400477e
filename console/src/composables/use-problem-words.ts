import { ApiError } from '../api/api-error.js';
import { useWords } from './use-words.js';

/** Codes whose detail names the very part that is wrong; of others the title says enough. */
const TELLING = new Set(['RULE_INVALID', 'VALIDATION_FAILED', 'CHANNEL_INVALID', 'ADDRESS_REFUSED', 'USER_NOT_FOUND', 'RULE_CHANGED', 'FORBIDDEN']);

/** What went wrong, in words, with the hub's own sentence where it says which part. */
export function useProblemWords() {
  const { errorText, language } = useWords();
  function problemText(error: unknown): string {
    if (!(error instanceof ApiError) || !TELLING.has(error.code)) return errorText(error);
    const detail = language.value === 'en' ? error.detail : error.detailZh ?? error.detail;
    return detail === undefined ? errorText(error) : `${errorText(error)} · ${detail}`;
  }
  return { problemText };
}
