import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

/** One ticking second for every age on the screen. */
export const useClockStore = defineStore('clock', () => {
  const now = ref(Date.now());
  const hubAheadMs = ref(0);
  const hubNow = computed(() => now.value + hubAheadMs.value);
  let timer: ReturnType<typeof setInterval> | undefined;

  const tick = () => { now.value = Date.now(); };
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
    const ahead = hubTime - Date.now();
    hubAheadMs.value = Math.abs(ahead) < 1000 ? 0 : ahead;
  }
  return { now, hubNow, hubAheadMs, start, stop, tick, learn };
});
