import { computed, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { useEventListener } from '@vueuse/core';
import { changedKeys, merged } from '../duty/merge.js';

/**
 * The form of something that others may save while it is being filled in. `stored` is what the page read last: when it is another one than the form was made from, what was typed stays and `theirs` is
 * there until somebody chooses; a form in which nothing was typed follows by itself.
 */
export function useSharedForm<T, F extends object>(stored: () => T, formOf: (of: T) => F) {
  // Plain data, no refs, of which a ref is of the same type.
  const base = shallowRef(stored()) as ShallowRef<T>;
  const before = shallowRef(formOf(base.value)) as ShallowRef<F>;
  const form = ref(formOf(base.value)) as Ref<F>;
  const isChanged = computed(() => changedKeys(before.value, form.value).length > 0);
  function rebase(): void {
    base.value = stored();
    before.value = formOf(base.value);
  }
  const take = (): void => { rebase(); form.value = formOf(base.value); };
  /** What was typed here stays, the rest is as they saved it. */
  const keep = (): void => {
    const own = merged(before.value, formOf(stored()), form.value);
    rebase();
    form.value = own;
  };
  watch(stored, (latest) => {
    if (!isChanged.value) take();
    else if (changedKeys(before.value, formOf(latest)).length === 0) rebase();
  });
  const theirs = computed(() => stored() === base.value ? undefined : stored());
  /** What they changed, from the form's own beginning. */
  const changes = computed(() => theirs.value === undefined ? [] : changedKeys(before.value, formOf(theirs.value)));
  return { form, isChanged, base, theirs, changes, take, keep };
}

/** Reads again when the tab is looked at again: others may have saved in the meantime. */
export function useReadWhenShown(read: () => void): void {
  useEventListener(document, 'visibilitychange', () => { if (document.visibilityState === 'visible') read(); });
}
