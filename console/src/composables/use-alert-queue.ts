import { useEventListener } from '@vueuse/core';
import { computed, nextTick, ref } from 'vue';
import { useAlertsStore } from '../stores/alerts.js';
import { useSessionStore } from '../stores/session.js';
import { useAcknowledge } from './use-acknowledge.js';

const SHOWN_LIMIT = 60;

/** The alerts in order of urgency, one of them selected: J and K move, A acknowledges and goes on to the next. */
export function useAlertQueue() {
  const [alerts, session] = [useAlertsStore(), useSessionStore()];
  const { acknowledge, isBlocked } = useAcknowledge();
  const shown = computed(() => alerts.queue.slice(0, SHOWN_LIMIT));
  const hidden = computed(() => alerts.queue.length - shown.value.length);
  const chosenId = ref<string>();
  const index = computed(() => Math.max(0, shown.value.findIndex((alert) => alert.id === chosenId.value)));
  const selectedId = computed(() => shown.value[index.value]?.id);
  const select = (id: string | undefined) => { chosenId.value = id; };

  function move(step: number): void {
    select(shown.value[Math.min(Math.max(index.value + step, 0), shown.value.length - 1)]?.id);
    void nextTick(() => document.querySelector(`[data-alert-id="${CSS.escape(selectedId.value ?? '')}"]`)?.scrollIntoView({ block: 'nearest' }));
  }
  async function acknowledgeSelected(): Promise<void> {
    const alert = shown.value[index.value];
    if (alert === undefined || alert.acked || !session.canAct || isBlocked(alert.id)) return;
    const next = shown.value[index.value + 1];
    select(next !== undefined && !next.acked ? next.id : undefined);
    await acknowledge(alert.id);
  }
  useEventListener(document, 'keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key.toLowerCase() === 'a' || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === 'j') move(1);
    else if (key === 'k') move(-1);
    else if (key === 'a') void acknowledgeSelected();
  });
  return { shown, hidden, selectedId, select };
}

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
