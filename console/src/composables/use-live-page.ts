import { watch, onScopeDispose } from 'vue';
import { useRouter } from 'vue-router';
import { onSessionExpired } from '../api/hub-api.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLiveStore } from '../stores/live.js';
import { useNoticesStore } from '../stores/notices.js';
import { useSessionStore } from '../stores/session.js';
import { useWords } from './use-words.js';

/** Everything behind a signed-in page: clock, live connection, first load, the end of the session. Cleans up with its scope. */
export function useLivePage(): void {
  const router = useRouter();
  const [clock, live, session, areas, fleet, alerts, notices, words] =
    [useClockStore(), useLiveStore(), useSessionStore(), useAreasStore(), useFleetStore(), useAlertsStore(), useNoticesStore(), useWords()];

  async function load(mode: 'snapshot' | 'resume'): Promise<void> {
    const results = await Promise.allSettled([areas.load(), fleet.load(), ...(mode === 'snapshot' ? [alerts.loadHistory()] : [])]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) notices.show('bad', `${words.t('error.load')} · ${words.errorText(failed.reason)}`);
  }
  const isStillSignedIn = async (): Promise<boolean> => await session.check() !== 'out';
  function leave(): void {
    session.forget();
    live.stop();
    void router.push({ name: 'sign-in', query: { reason: 'expired', return: router.currentRoute.value.fullPath } });
  }
  clock.start();
  live.start({ onSubscribed: (mode) => void load(mode), onRefused: isStillSignedIn });
  const forget = onSessionExpired(leave);
  watch(() => live.state, (state) => { document.documentElement.dataset['feed'] = state === 'live' || state === 'connecting' ? state : 'lost'; }, { immediate: true });
  onScopeDispose(() => { forget(); live.stop(); clock.stop(); delete document.documentElement.dataset['feed']; });
}
