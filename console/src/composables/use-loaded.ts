import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { useHealing } from './use-healing.js';

/**
 * Reads something whenever its source changes; a late answer to an earlier question is dropped. A source that is made anew with the same members is the same: one that looks at the clock is made anew
 * every second. What could not be read is read again by itself when the hub is back.
 */
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
  const reload = () => void load(source());
  watch(source, (from, before) => { if (!isSame(from, before)) void load(from); });
  useHealing({ error, isLoading, reload });
  reload();
  onScopeDispose(() => { turn += 1; });
  return { data, error, isLoading, reload };
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const [mine, theirs] = [Object.entries(a), new Map(Object.entries(b))];
  return mine.length === theirs.size && mine.every(([key, value]) => theirs.has(key) && Object.is(value, theirs.get(key)));
}
