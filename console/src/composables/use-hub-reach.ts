import { useEventListener, useIntervalFn, useOnline } from '@vueuse/core';
import { computed, ref } from 'vue';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { useClockStore } from '../stores/clock.js';

const PING_MS = 10_000;
export type Reach = 'connected' | 'offline' | 'unreachable' | 'signed-out';

/** Can the hub be reached now? Asked again every ten seconds and whenever the phone says that its network came back. */
export function useHubReach(onConnected: () => void) {
  const [isOnline, clock] = [useOnline(), useClockStore()];
  const answer = ref<Exclude<Reach, 'offline'>>('connected');
  const reach = computed((): Reach => isOnline.value ? answer.value : 'offline');

  async function ask(): Promise<void> {
    const before = reach.value;
    try {
      const { hubTime } = await hubApi.session();
      if (hubTime !== undefined) clock.learn(hubTime);
      answer.value = 'connected';
      if (before !== 'connected') onConnected();
    } catch (problem) {
      answer.value = problem instanceof ApiError && problem.status === 401 ? 'signed-out' : 'unreachable';
    }
  }
  useIntervalFn(() => { if (isOnline.value) void ask(); }, PING_MS, { immediateCallback: true });
  useEventListener('online', () => { answer.value = 'unreachable'; void ask(); });
  return { reach, ask };
}
