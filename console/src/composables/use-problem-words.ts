import { ApiError } from '../api/api-error.js';
import { useWords } from './use-words.js';

/** Codes whose detail names the very part that is wrong; of others the title says enough. */
const TELLING = new Set(['RULE_INVALID', 'VALIDATION_FAILED', 'CHANNEL_INVALID', 'ADDRESS_REFUSED', 'USER_NOT_FOUND', 'RULE_CHANGED', 'FORBIDDEN']);

/** What went wrong, in words, with the hub's own sentence where it says which part. */
export function useProblemWords() {
  const { errorText } = useWords();
  return { problemText: (error: unknown): string => error instanceof ApiError && error.detail !== undefined && TELLING.has(error.code) ? `${errorText(error)} · ${error.detail}` : errorText(error) };
}
