import { ref } from 'vue';
import { useProblemWords } from './use-problem-words.js';

/** One action at a time; what went wrong stays in words until the next try. */
export function useSaving() {
  const { problemText } = useProblemWords();
  const [isWorking, problem] = [ref(false), ref<string>()];
  /** Returns whether it worked. */
  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    if (isWorking.value) return false;
    [isWorking.value, problem.value] = [true, undefined];
    try { await act(); return true; } catch (error) { problem.value = problemText(error); return false; } finally { isWorking.value = false; }
  }
  return { isWorking, problem, attempt };
}
