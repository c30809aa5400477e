import { computed, nextTick, ref, watch } from 'vue';
import type { Alert } from '@liandong/protocols';
import { nextTier } from '../live/alert-clock.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useNoticesStore } from '../stores/notices.js';
import { useSessionStore } from '../stores/session.js';
import type { AlertActions } from './use-alert-actions.js';
import type { AlertDialog } from './use-alert-dialog.js';
import type { AlertKey } from './use-alert-keys.js';
import { useWords } from './use-words.js';

/** What the wall's list shows: what needs a person, what is over and nobody saw, and what was acknowledged; or what was put aside. */
export type QueueView = 'queue' | 'shelved' | 'suppressed';
/** More than this at once, or any critical one, and the wall asks first (count). */
const ASK_ABOVE = 10;
/** What one pick of everything takes, and cards that the list holds; the page of all alerts has the rest (counts). */
const [PICK_LIMIT, SHOWN_LIMIT] = [500, 500];

/** Keys that ask for more before anything is sent. */
export const ASKING: readonly AlertKey[] = ['shelve', 'assign', 'escalate', 'comment'];

export interface QueueOptions { readonly actions: AlertActions; readonly dialog: AlertDialog; /** Brings a card into sight and the focus onto it. */ readonly reveal: (index: number) => void; readonly open: (id: string) => void }

/** The list in order of urgency, one card current, any number picked; what each key does to them. */
export function useAlertQueue({ actions, dialog, reveal, open }: QueueOptions) {
  const [alerts, session, notices, { t }] = [useAlertsStore(), useSessionStore(), useNoticesStore(), useWords()];
  const view = ref<QueueView>('queue');
  const [chosenId, chosenIndex] = [ref<string>(), ref(0)];
  const picked = ref(new Set<string>());
  const lists = computed((): readonly (readonly Alert[])[] => view.value === 'queue' ? [alerts.needing, alerts.returned, alerts.acked] : [alerts[view.value]]);
  const total = computed(() => { void alerts.version; return lists.value.reduce((sum, list) => sum + list.length, 0); });
  const count = computed(() => Math.min(total.value, SHOWN_LIMIT));
  function at(index: number): Alert | undefined {
    let rest = index;
    for (const list of lists.value) { if (rest < list.length) return list[rest]; rest -= list.length; }
    return undefined;
  }
  const isHere = (id: string): boolean => { const standing = alerts.standing(id); return view.value === 'queue' ? standing === 'needing' || standing === 'returned' || standing === 'acked' : standing === view.value; };
  /** To be acknowledged: it is active and needs somebody, or it is over and nobody saw it. */
  const isCalling = (id: string): boolean => { const standing = alerts.standing(id); return standing === 'needing' || standing === 'returned'; };

  const currentId = computed(() => { void alerts.version; return chosenId.value !== undefined && isHere(chosenId.value) ? chosenId.value : at(Math.min(chosenIndex.value, count.value - 1))?.id; });
  const current = computed(() => currentId.value === undefined ? undefined : alerts.byId.get(currentId.value));
  function indexOf(id: string | undefined): number {
    let before = 0;
    for (const list of lists.value) {
      const found = list.findIndex((alert) => alert.id === id);
      if (found >= 0) return before + found;
      before += list.length;
    }
    return -1;
  }
  function select(id: string | undefined): void {
    chosenId.value = id;
    chosenIndex.value = id === undefined ? 0 : Math.max(0, indexOf(id));
  }
  function moveTo(index: number): void {
    const to = Math.min(Math.max(index, 0), count.value - 1);
    if (to < 0) return;
    select(at(to)?.id);
    void nextTick(() => { reveal(to); });
  }
  /** The next one that still needs somebody, so that A can be pressed again. */
  function acknowledgeCurrent(): void {
    const alert = current.value;
    if (alert === undefined || alert.acked || !session.canAct || actions.isOffline() || actions.isBlocked(alert.id)) return;
    const after = at(indexOf(alert.id) + 1);
    const next = after?.acked === false ? after : [...alerts.needing.slice(0, 2), ...alerts.returned.slice(0, 2)].find((other) => other.id !== alert.id);
    if (next !== undefined) moveTo(indexOf(next.id));
    void actions.acknowledge(alert.id);
  }
  function acknowledgePicked(): void {
    const ids = [...picked.value].filter((id) => alerts.byId.get(id)?.acked === false);
    if (ids.length === 0) { notices.show('bad', t('act.pickFirst')); return; }
    if (ids.length > ASK_ABOVE || ids.some((id) => alerts.byId.get(id)?.severity === 'critical')) { dialog.show('bulk', ...ids); return; }
    void acknowledgeAll(ids);
  }
  async function acknowledgeAll(ids: readonly string[]): Promise<void> {
    picked.value = new Set();
    if (await actions.acknowledgeMany(ids)) {
      select(undefined);
      void nextTick(() => { reveal(0); });
    }
    // What did not go through is picked still, so that trying again is one key; unless somebody has picked anew meanwhile.
    else if (picked.value.size === 0) picked.value = new Set(ids.filter(isCalling));
  }
  function pick(id: string | undefined): void {
    if (id === undefined) return;
    const next = new Set(picked.value);
    if (!next.delete(id)) next.add(id);
    picked.value = next;
  }
  function pickAll(): void { picked.value = new Set([...alerts.needing, ...alerts.returned].slice(0, PICK_LIMIT).map(({ id }) => id)); }
  function unpick(): void { picked.value = new Set(); }
  // What is acknowledged, cleared or shelved meanwhile is no longer picked.
  watch(() => alerts.version, () => {
    if (picked.value.size === 0) return;
    const kept = [...picked.value].filter(isCalling);
    if (kept.length < picked.value.size) picked.value = new Set(kept);
  });

  function onKey(key: AlertKey): boolean {
    if (key === 'help') { dialog.show('keys'); return true; }
    if (key === 'escape') { if (picked.value.size === 0) return false; unpick(); return true; }
    const alert = current.value;
    if (alert === undefined) return false;
    if (key === 'next' || key === 'previous') { moveTo(indexOf(alert.id) + (key === 'next' ? 1 : -1)); return true; }
    if (key === 'open') { open(alert.id); return true; }
    if (!session.canAct) return false;
    // Words that could not be sent are not asked for.
    if (ASKING.includes(key) && actions.isOffline()) return true;
    // What is over can be acknowledged and written about, nothing else.
    if (!alert.active && (key === 'shelve' || key === 'assign' || key === 'escalate')) { notices.show('bad', t('act.isOver')); return true; }
    switch (key) {
      case 'ack': if (picked.value.size > 0) acknowledgePicked(); else acknowledgeCurrent(); return true;
      case 'ack-picked': acknowledgePicked(); return true;
      case 'pick': if (isCalling(alert.id)) pick(alert.id); return true;
      case 'pick-all': pickAll(); return true;
      case 'escalate':
        if (nextTier(alert.tier) === undefined) notices.show('bad', t('act.topTier')); else dialog.show('escalate', alert.id);
        return true;
      case 'shelve': case 'assign': case 'comment': dialog.show(key, alert.id); return true;
    }
  }
  return { view, total, count, at, indexOf, currentId, current, select, moveTo, picked, pick, pickAll, unpick, acknowledgePicked, acknowledgeAll, onKey };
}
