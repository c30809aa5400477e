import { useNoticesStore } from '../stores/notices.js';
import { useSessionStore } from '../stores/session.js';
import { leavesUnasked, mayAllGo } from './use-leaving.js';
import { useWords } from './use-words.js';

/** Ends the session, where something would be lost after a question; a notice says why when that did not work. */
export function useSignOut(): () => Promise<void> {
  const { errorText } = useWords();
  const [session, notices] = [useSessionStore(), useNoticesStore()];
  return async () => {
    if (!await mayAllGo()) return;
    try {
      await session.signOut();
      leavesUnasked();
      // A fresh page: the next person at this desk starts with nothing of the last one's.
      window.location.assign('/sign-in');
    } catch (error) { notices.show('bad', errorText(error)); }
  };
}
