import { computed, nextTick, ref, type ComputedRef } from 'vue';

/** Does a form say anything else than when it was shown? What was changed and changed back does not, nor does a field that was filled and emptied. */
export function useChanged(form: () => unknown): ComputedRef<boolean> {
  const said = () => JSON.stringify(form(), (_name, value: unknown) => value === '' ? undefined : value);
  const before = said();
  return computed(() => said() !== before);
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
