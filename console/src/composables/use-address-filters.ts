import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** Filters that live in the address bar, so a list can be bookmarked and sent on. A value that is not allowed counts as not set. */
export function useAddressFilters() {
  const [route, router] = [useRoute(), useRouter()];
  const read = (key: string): string | undefined => {
    const value = route.query[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const write = (key: string, value: string | undefined | null) => {
    const others = Object.fromEntries(Object.entries(route.query).filter(([name]) => name !== key));
    void router.replace({ path: route.path, query: value ? { ...others, [key]: value } : others });
  };
  return {
    text: (key: string): WritableComputedRef<string | undefined, string | undefined | null> => computed({ get: () => read(key), set: (value) => write(key, value) }),
    choice: <T extends string>(key: string, allowed: readonly T[]): WritableComputedRef<T | undefined, T | undefined | null> => computed({
      get: () => allowed.find((word) => word === read(key)), set: (value) => write(key, value),
    }),
    clear: () => void router.replace({ path: route.path }),
  };
}
