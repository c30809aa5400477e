import { onScopeDispose, provide, toRef, watch } from 'vue';
import { useRouter } from 'vue-router';
import { isPassing } from '../api/api-error.js';
import { onSessionExpired } from '../api/hub-api.js';
import { HUB_LOST } from '../live/hub-lost.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLiveStore } from '../stores/live.js';
import { useNoticesStore } from '../stores/notices.js';
import { useSessionStore } from '../stores/session.js';
import { useWords } from './use-words.js';

/** What could not be read although the connection stands is read again after this (ms). */
const AGAIN_MS = 5000;

/** Everything behind a signed-in page: clock, live connection, first load, the end of the session. Cleans up with its scope. */
export function useLivePage(): void {
  const router = useRouter();
  const [clock, live, session, areas, fleet, alerts, notices, words] =
    [useClockStore(), useLiveStore(), useSessionStore(), useAreasStore(), useFleetStore(), useAlertsStore(), useNoticesStore(), useWords()];

  let [turn, again] = [0, undefined as ReturnType<typeof setTimeout> | undefined];

  /** The history also where it was cut off before: a connection that resumes brings only what came since. */
  async function load(isAgain = false): Promise<void> {
    const own = ++turn;
    clearTimeout(again);
    const results = await Promise.allSettled([areas.load(), fleet.load(), ...(alerts.hasHistory ? [] : [alerts.loadHistory()])]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined || own !== turn) return;
    if (!isAgain) notices.show('bad', `${words.t('error.load')} · ${words.errorText(failed.reason)}`);
    if (isPassing(failed.reason)) again = setTimeout(() => { if (!live.hasLost) void load(true); }, AGAIN_MS);
  }
  const isStillSignedIn = async (): Promise<boolean> => await session.check() !== 'out';
  function leave(): void {
    session.forget();
    live.stop();
    void router.push({ name: 'sign-in', query: { reason: 'expired', return: router.currentRoute.value.fullPath } });
  }
  provide(HUB_LOST, toRef(() => live.hasLost));
  clock.start();
  live.start({ onSubscribed: () => void load(), onRefused: isStillSignedIn });
  const forget = onSessionExpired(leave);
  watch(() => live.state, (state) => { document.documentElement.dataset['feed'] = state === 'live' || state === 'connecting' ? state : 'lost'; }, { immediate: true });
  onScopeDispose(() => { turn += 1; clearTimeout(again); forget(); live.stop(); clock.stop(); delete document.documentElement.dataset['feed']; });
}
