import { defineStore } from 'pinia';
import { ref } from 'vue';

export interface Notice { id: number; tone: 'good' | 'bad'; text: string }
const SHOWN_MS = 6000;
const LIMIT = 4;

/** Short messages at the bottom of the screen. */
export const useNoticesStore = defineStore('notices', () => {
  const shown = ref<Notice[]>([]);
  let nextId = 1;
  function show(tone: Notice['tone'], text: string): void {
    const id = nextId++;
    // The same words again stay one message, for longer.
    shown.value = [...shown.value.filter((notice) => notice.text !== text), { id, tone, text }].slice(-LIMIT);
    setTimeout(() => dismiss(id), SHOWN_MS);
  }
  function dismiss(id: number): void { shown.value = shown.value.filter((notice) => notice.id !== id); }
  return { shown, show, dismiss };
});
