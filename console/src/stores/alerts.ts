import { createEventHook } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import { severityRank, type Alert } from '@liandong/protocols';
import { hubApi, readAll } from '../api/hub-api.js';
import { byUrgency, needsPerson, withoutGrouped } from '../live/priority.js';
import { useClockStore } from './clock.js';

const DAY_MS = 86_400_000;
/** Alerts of the last day that are kept for the bars and the list of changes (count). */
const HISTORY_LIMIT = 5000;

/** Every active alert, and those of the last 24 h. Fed by the socket; REST fills in what came before. */
export const useAlertsStore = defineStore('alerts', () => {
  const clock = useClockStore();
  const byId = shallowRef(new Map<string, Alert>());
  const hasHistory = ref(false);
  const hasFailed = ref(false);
  const raised = createEventHook<Alert>();
  const acking = ref(new Set<string>());

  const all = computed(() => [...byId.value.values()]);
  const standing = computed(() => withoutGrouped(all.value.filter((alert) => alert.active)));
  const needing = computed(() => standing.value.filter((alert) => needsPerson(alert, clock.hubNow)).sort(byUrgency));
  const queue = computed(() => [...standing.value].sort(byUrgency));
  const oldestNeeding = computed(() => needing.value.length === 0 ? undefined : Math.min(...needing.value.map((alert) => alert.raisedAt)));

  /** Takes one state of an alert; an older one than that known is ignored. */
  function apply(alert: Alert): void {
    const known = byId.value.get(alert.id);
    if (known !== undefined && known.seq >= alert.seq) return;
    byId.value.set(alert.id, alert);
    forgetOld();
    triggerRef(byId);
    if (isNews(alert, known)) void raised.trigger(alert);
  }
  /** A snapshot: what is not in it is no longer active. */
  function replaceActive(alerts: readonly Alert[]): void {
    byId.value = new Map(alerts.map((alert) => [alert.id, alert]));
    hasHistory.value = false;
  }
  /** Reads the last 24 h; what the socket has brought meanwhile is newer and stays. */
  async function loadHistory(): Promise<void> {
    try {
      const { data } = await readAll((query) => hubApi.alerts(query), { from: clock.hubNow - DAY_MS }, HISTORY_LIMIT);
      for (const alert of data) if ((byId.value.get(alert.id)?.seq ?? -1) < alert.seq) byId.value.set(alert.id, alert);
      triggerRef(byId);
      [hasHistory.value, hasFailed.value] = [true, false];
    } catch (error) { hasFailed.value = true; throw error; }
  }
  async function acknowledge(id: string): Promise<void> {
    if (acking.value.has(id)) return;
    acking.value.add(id);
    try { apply(await hubApi.ack(id)); } finally { acking.value.delete(id); }
  }
  function forgetOld(): void {
    if (byId.value.size <= HISTORY_LIMIT * 2) return;
    for (const [id, alert] of byId.value) if (!alert.active && alert.raisedAt < clock.hubNow - DAY_MS) byId.value.delete(id);
  }
  return { byId, all, standing, needing, queue, oldestNeeding, hasHistory, hasFailed, acking, apply, replaceActive, loadHistory, acknowledge, onRaised: raised.on };
});

/** A new alert, one that has come back, or one that has grown worse: worth a sound. */
const isNews = (alert: Alert, known: Alert | undefined): boolean =>
  alert.active && !alert.acked && (known === undefined || !known.active || severityRank(alert.severity) < severityRank(known.severity));
