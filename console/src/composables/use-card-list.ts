import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, onBeforeUpdate, onUpdated, type ComponentPublicInstance, type Ref } from 'vue';
import type { Alert } from '@liandong/protocols';
import { useAlertsStore } from '../stores/alerts.js';

const CARD_PX = 138;
export interface CardListOptions {
  readonly frame: Readonly<Ref<HTMLElement | null>>; readonly count: Ref<number>; readonly at: (index: number) => Alert | undefined;
  readonly isVirtual: Ref<boolean>; /** Cards shown where the page scrolls (count). */ readonly limit: Ref<number>;
}
export interface CardRow { readonly alert: Alert; readonly index: number; readonly style: Record<string, string> }

/** The cards in sight. What comes in above pushes nothing away from under the hand: the card that is pointed at stays where it is. */
export function useCardList({ frame, count, at, isVirtual, limit }: CardListOptions) {
  const alerts = useAlertsStore();
  const virtualizer = useVirtualizer(computed(() => {
    void alerts.version;
    return { count: isVirtual.value ? count.value : 0, getScrollElement: () => frame.value, estimateSize: () => CARD_PX, getItemKey: (index: number) => at(index)?.id ?? index, overscan: 4 };
  }));
  const rows = computed((): CardRow[] => {
    void alerts.version;
    const places = isVirtual.value ? virtualizer.value.getVirtualItems().map(({ index, start }) => ({ index, style: { position: 'absolute', top: '0', left: '0', width: '100%', transform: `translateY(${start}px)` } }))
      : Array.from({ length: Math.min(count.value, limit.value) }, (_, index) => ({ index, style: {} }));
    return places.flatMap(({ index, style }) => { const alert = at(index); return alert === undefined ? [] : [{ alert, index, style }]; });
  });
  const height = computed(() => isVirtual.value ? `${virtualizer.value.getTotalSize()}px` : 'auto');

  const pointed = (): HTMLElement | null => frame.value?.querySelector<HTMLElement>('[data-testid=alert-card]:hover') ?? null;
  let held: { id: string; top: number } | undefined;
  onBeforeUpdate(() => {
    const card = isVirtual.value ? pointed() : null;
    const id = card?.dataset['alertId'];
    held = card === null || id === undefined || alerts.standing(id) !== 'needing' ? undefined : { id, top: card.getBoundingClientRect().top };
  });
  onUpdated(() => {
    if (held === undefined || frame.value === null) return;
    const card = frame.value.querySelector<HTMLElement>(`[data-alert-id="${CSS.escape(held.id)}"]`);
    const moved = card === null ? 0 : card.getBoundingClientRect().top - held.top;
    held = undefined;
    if (Math.abs(moved) > 1) frame.value.scrollTop += moved;
  });
  return {
    rows, height,
    /** Cards have as many lines as they need; called with each as it is drawn. */
    measure: (element: Element | ComponentPublicInstance | null) => { if (element instanceof Element && isVirtual.value) virtualizer.value.measureElement(element); },
    scrollTo: (index: number) => { virtualizer.value.scrollToIndex(index, { align: 'auto' }); },
  };
}
