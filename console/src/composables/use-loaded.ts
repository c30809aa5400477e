import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';

/** Reads something whenever its source changes; a late answer to an earlier question is dropped. */
export function useLoaded<S, T>(source: () => S, read: (source: S) => Promise<T>): { data: Ref<T | undefined>; error: Ref<unknown>; isLoading: Ref<boolean>; reload: () => void } {
  const data = shallowRef<T>();
  const error = shallowRef<unknown>();
  const isLoading = ref(false);
  let turn = 0;
  const load = async (from: S) => {
    const own = ++turn;
    isLoading.value = true;
    try {
      const answer = await read(from);
      if (own === turn) [data.value, error.value] = [answer, undefined];
    } catch (problem) {
      if (own === turn) error.value = problem;
    } finally {
      if (own === turn) isLoading.value = false;
    }
  };
  watch(source, (from) => void load(from), { immediate: true });
  onScopeDispose(() => { turn += 1; });
  return { data, error, isLoading, reload: () => void load(source()) };
}
