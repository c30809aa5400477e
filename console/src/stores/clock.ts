import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { createSteadyTime } from '../live/steady-time.js';

/** One ticking second for every age on the screen. */
export const useClockStore = defineStore('clock', () => {
  /** The moment on this computer's clock, for ages of what happened on this page; never goes back. */
  const localNow = createSteadyTime({ wall: () => Date.now(), monotonic: () => performance.now() });
  const now = ref(localNow());
  const hubAheadMs = ref(0);
  const hubNow = computed(() => now.value + hubAheadMs.value);
  let timer: ReturnType<typeof setInterval> | undefined;

  const tick = () => { now.value = localNow(); };
  function start(): void {
    tick();
    timer ??= setInterval(tick, 1000);
  }
  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }
  /** Learns from the hub's own time; differences under a second are travel time and are left alone (ms). */
  function learn(hubTime: number): void {
    const ahead = hubTime - localNow();
    hubAheadMs.value = Math.abs(ahead) < 1000 ? 0 : ahead;
  }
  return { now, localNow, hubNow, hubAheadMs, start, stop, tick, learn };
});
