import { ApiError } from '../api/api-error.js';
import { faultsInWords } from '../format/fault-words.js';
import { useWords } from './use-words.js';

/** Codes whose detail names the very part that is wrong, even where the hub has it in English only; of others the title says enough, unless the hub has words for a page. */
const TELLING = new Set(['RULE_INVALID', 'VALIDATION_FAILED', 'CHANNEL_INVALID', 'USER_NOT_FOUND', 'RULE_CHANGED', 'CHANGED_MEANWHILE', 'FORBIDDEN']);

/** What went wrong, in words, with the hub's own sentence where it says which part. */
export function useProblemWords() {
  const { t, te, errorText, eitherOf } = useWords();
  function problemText(error: unknown): string {
    if (!(error instanceof ApiError) || (error.detailZh === undefined && !TELLING.has(error.code))) return errorText(error);
    // A sentence of the hub's own in both languages says more than which member broke which keyword.
    const detail = error.detailZh === undefined && error.faults.length > 0 ? faultsInWords(error.faults, t, te) : eitherOf(error.detail, error.detailZh);
    return detail === '' ? errorText(error) : `${errorText(error)} · ${detail}`;
  }
  return { problemText };
}
