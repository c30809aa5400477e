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

const askers = new Set<() => true | Promise<boolean>>();
const isAnswered = ref(false);

/**
 * Leaving a dialog, or a page (without `close`): at once, or, where something would be lost, after a question. A link, the browser's back button and the next page of the same kind wait for the answer too, and closing or
 * reloading the tab is asked about by the browser. `mayGo`: the same question before anything else that would lose it.
 */
export function useLeaving(isDirty: () => boolean, close: () => void = () => undefined) {
  const isAsking = ref(false);
  let isGone = false;
  let answer: ((may: boolean) => void) | undefined;
  function say(may: boolean): void {
    isAsking.value = false;
    answer?.(may);
    answer = undefined;
  }
  const mayGo = (): true | Promise<boolean> => {
    if (isGone || !isDirty()) return true; // its place was taken away, as when the session ends: nobody could answer
    say(false); // an earlier way out that still waits
    isAsking.value = true;
    return new Promise((resolve) => { answer = resolve; });
  };
  /** The question goes first: while it is open the browser gives the focus to nothing else, and it is to go back to where it was before the dialog. */
  async function closeIfMay(): Promise<boolean> {
    const may = await mayGo();
    await nextTick();
    if (may) close();
    return may;
  }
  onBeforeRouteLeave(mayGo);
  // What was open on the page does not go with it.
  onBeforeRouteUpdate(() => !isDirty() || closeIfMay());
  useTabQuestion(isDirty);
  askers.add(mayGo);
  onScopeDispose(() => {
    isGone = true;
    askers.delete(mayGo);
    say(false);
  });
  return { isAsking, mayGo, leave: () => { if (isDirty()) void closeIfMay(); else close(); }, stay: () => { say(false); }, discard: () => { say(true); } };
}

/** The questions of all that is open, one after the other, before something that ends all of it; after `leavesUnasked` the browser does not ask once more. */
export async function mayAllGo(): Promise<boolean> {
  for (const mayGo of [...askers]) if (!await mayGo()) return false;
  return true;
}
export function leavesUnasked(): void { isAnswered.value = true; }

/** The browser's own question before its tab is closed or loaded anew, which it lets nobody else ask. A listener for it stands only while something would be lost, as it keeps a page out of the browser's memory of pages. */
export function useTabQuestion(isDirty: () => boolean): void {
  useEventListener(() => isDirty() && !isAnswered.value ? window : undefined, 'beforeunload', (event) => { event.preventDefault(); });
}
