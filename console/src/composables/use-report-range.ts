import { computed, ref } from 'vue';
import { fieldToMs, msToField } from '../format/calendar.js';
import { useClockStore } from '../stores/clock.js';

/** Longest report the hub makes. */
const LONGEST_MS = 92 * 86_400_000;
export type RangeFault = 'timeMissing' | 'backwards' | 'tooLong' | 'future';

/** From and to as a person sets them, at the hub's time; `range` is absent while they make none. */
export function useReportRange(lengthMs: number) {
  const clock = useClockStore();
  const [from, to] = [ref(msToField(clock.hubNow - lengthMs)), ref(msToField(clock.hubNow + 60_000))];
  function set(start: number, end: number): void { [from.value, to.value] = [msToField(start), msToField(end)]; }
  const fault = computed((): RangeFault | undefined => {
    const [start, end] = [fieldToMs(from.value), fieldToMs(to.value)];
    if (start === undefined || end === undefined) return 'timeMissing';
    return end <= start ? 'backwards' : end - start > LONGEST_MS ? 'tooLong' : start > clock.hubNow ? 'future' : undefined;
  });
  const range = computed(() => {
    const [start, end] = [fieldToMs(from.value), fieldToMs(to.value)];
    return fault.value !== undefined || start === undefined || end === undefined ? undefined : { from: start, to: end };
  });
  return { from, to, set, fault, range };
}
