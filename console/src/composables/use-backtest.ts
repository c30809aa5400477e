import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import type { Backtest, Rule } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { outcomeOf } from '../rules/outcome.js';
import { useClockStore } from '../stores/clock.js';
import { useProblemWords } from './use-problem-words.js';

const ASK_EVERY_MS = 700;
const DAY_MS = 86_400_000;

/** Runs a rule over what is stored, asks how far it is, and can stop it. Leaving the page stops it too. */
export function useBacktest() {
  const { problemText } = useProblemWords();
  const clock = useClockStore();
  const run = shallowRef<Backtest>();
  const [isStarting, problem, ranOn] = [ref(false), ref<string>(), ref<string>()];
  const isRunning = computed(() => run.value?.state === 'running');
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function start(rule: Rule, days: number): Promise<void> {
    await cancel();
    [isStarting.value, problem.value, ranOn.value] = [true, undefined, outcomeOf(rule)];
    try { follow(await hubApi.startBacktest(rule, clock.hubNow - days * DAY_MS)); } catch (error) { problem.value = problemText(error); } finally { isStarting.value = false; }
  }
  function follow(answer: Backtest): void {
    run.value = answer;
    clearTimeout(timer);
    if (answer.state === 'running') timer = setTimeout(() => void ask(answer.id), ASK_EVERY_MS);
  }
  async function ask(id: string): Promise<void> {
    try {
      const answer = await hubApi.backtest(id);
      problem.value = undefined;
      if (run.value?.id === id && run.value.state === 'running') follow(answer);
    } catch (error) {
      problem.value = problemText(error);
      // A hub that is away may come back; a run that is gone will not.
      if (error instanceof ApiError && error.status === 404) run.value = undefined;
      else if (run.value?.id === id) timer = setTimeout(() => void ask(id), 5 * ASK_EVERY_MS);
    }
  }
  async function cancel(): Promise<void> {
    const current = run.value;
    if (current?.state !== 'running') return;
    clearTimeout(timer);
    run.value = { ...current, state: 'cancelled' };
    try { await hubApi.cancelBacktest(current.id); } catch (error) { problem.value = problemText(error); }
  }
  onScopeDispose(() => { clearTimeout(timer); void cancel(); });
  return { run, isStarting, isRunning, problem, ranOn, start, cancel };
}
