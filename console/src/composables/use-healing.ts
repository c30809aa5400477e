import { onScopeDispose, watch, type Ref } from 'vue';
import { isPassing } from '../api/api-error.js';
import { useHubLost } from '../live/hub-lost.js';

/** What failed for a reason that passes is asked for again after so long, then after twice that, and so on up to the longest (ms). */
const [AGAIN_MS, AGAIN_LONGEST_MS] = [2000, 60_000];

/** What could not be read because the hub was away is read by itself: as soon as the live connection is back, and where that was never lost, a little later. */
export function useHealing({ error, isLoading, reload }: { error: Readonly<Ref<unknown>>; isLoading: Readonly<Ref<boolean>>; reload: () => void }): void {
  const hasLost = useHubLost();
  let failures = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  watch(isLoading, (isBusy) => {
    clearTimeout(again);
    if (isBusy) return;
    if (!isPassing(error.value)) failures = 0;
    else if (!hasLost.value) again = setTimeout(reload, Math.min(AGAIN_MS * 2 ** failures++, AGAIN_LONGEST_MS));
  }, { flush: 'sync' });
  watch(hasLost, (isLost) => {
    // What was asked for into the void is asked for anew, too: nobody knows how long its answer would take to fail.
    if (isLost || !(isLoading.value || isPassing(error.value))) return;
    failures = 0;
    reload();
  }, { flush: 'sync' }); // before whatever else is read anew because of it would look as if it had been waiting
  onScopeDispose(() => { clearTimeout(again); });
}
