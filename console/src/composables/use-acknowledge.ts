import { useAlertsStore } from '../stores/alerts.js';
import { useLiveStore } from '../stores/live.js';
import { useNoticesStore } from '../stores/notices.js';
import { useWords } from './use-words.js';

/** Acknowledges an alert and says so when it didn't work; blocked while it is under way, and while the connection is lost and the screen may be wrong. */
export function useAcknowledge() {
  const [alerts, live, notices, words] = [useAlertsStore(), useLiveStore(), useNoticesStore(), useWords()];
  const isBlocked = (id: string): boolean => live.hasLost || alerts.acking.has(id);
  async function acknowledge(id: string): Promise<void> {
    if (isBlocked(id)) return;
    try { await alerts.acknowledge(id); } catch (error) { notices.show('bad', words.errorText(error)); }
  }
  return { acknowledge, isBlocked };
}
