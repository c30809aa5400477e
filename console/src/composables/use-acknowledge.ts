import { useAlertsStore } from '../stores/alerts.js';
import { useNoticesStore } from '../stores/notices.js';
import { useWords } from './use-words.js';

/** Acknowledges an alert and says so when it didn't work. */
export function useAcknowledge() {
  const [alerts, notices, words] = [useAlertsStore(), useNoticesStore(), useWords()];
  return async (id: string): Promise<void> => {
    try { await alerts.acknowledge(id); } catch (error) { notices.show('bad', words.errorText(error)); }
  };
}
