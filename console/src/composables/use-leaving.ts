import { useEventListener } from '@vueuse/core';
import { computed, nextTick, onScopeDispose, ref, type ComputedRef } from 'vue';
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router';

/** What would be lost by leaving: what somebody typed, a password that is given once and was not kept, or a file that was checked and not imported. */
export type Loss = 'entries' | 'passwords' | 'file';

/** Does a form say anything else than when it was shown? What was changed and changed back does not, nor does a field that was filled and emptied. */
export const useChanged = (form: () => unknown): ComputedRef<boolean> => useChanges(form).isChanged;

/** The same of a form that is loaded, saved and loaded again; `settle`: what it says now is nobody's change. */
export function useChanges(form: () => unknown) {
  const said = () => JSON.stringify(form(), (_name, value: unknown) => value === '' ? undefined : value);
  const before = ref(said());
  return { isChanged: computed(() => said() !== before.value), settle: () => { before.value = said(); } };
}

/** Leaving a dialog: at once, or, where something would be lost, after a question. */
export function useLeaving(isDirty: () => boolean, close: () => void) {
  const isAsking = ref(false);
  const leave = () => { if (isDirty()) isAsking.value = true; else close(); };
  const stay = () => { isAsking.value = false; };
  /** The question goes first: while it is open the browser gives the focus to nothing else, and it is to go back to where it was before the dialog. */
  async function discard(): Promise<void> { stay(); await nextTick(); close(); }
  return { isAsking, leave, stay, discard };
}

/**
 * The same of a page: a link, the browser's back button and the next page of the same kind wait for the answer. Closing or reloading the tab is asked about by the browser, which lets nobody else do it; a
 * listener for that stands only while something would be lost, as it keeps a page out of the browser's memory of pages.
 */
export function useLeavingPage(isDirty: () => boolean) {
  const isAsking = ref(false);
  let answer: ((may: boolean) => void) | undefined;
  function say(may: boolean): void {
    isAsking.value = false;
    answer?.(may);
    answer = undefined;
  }
  const ask = (): boolean | Promise<boolean> => {
    if (!isDirty()) return true;
    say(false); // an earlier way out that still waits
    isAsking.value = true;
    return new Promise((resolve) => { answer = resolve; });
  };
  onBeforeRouteLeave(ask);
  onBeforeRouteUpdate(ask);
  useEventListener(() => isDirty() ? window : undefined, 'beforeunload', (event) => { event.preventDefault(); });
  onScopeDispose(() => { say(false); });
  return { isAsking, stay: () => { say(false); }, discard: () => { say(true); } };
}
