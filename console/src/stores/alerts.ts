import { createEventHook } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef, watch } from 'vue';
import { RETURNED_MS, RETURNED_SEVERITIES, TIERS, severityRank, type Alert } from '@liandong/protocols';
import { hubApi, readAll } from '../api/hub-api.js';
import { createAlertBook, type Applied } from '../live/alert-book.js';
import { createFrameBatch } from '../live/frame-batch.js';
import type { SeenChange } from '../live/latest-changes.js';
import { createPacer } from '../live/pacer.js';
import { isPageHidden } from '../live/page-hidden.js';
import { createRaisedCounter } from '../live/raised-counter.js';
import { useClockStore } from './clock.js';
import { useStormStore } from './storm.js';

const DAY_MS = 86_400_000;
/** Alerts of the last day that are read for the bars and the list of changes (count). */
const HISTORY_LIMIT = 5000;
/** Of what returned unseen the list holds so many (count): more than a person goes through one by one. */
export const RETURNED_LIMIT = 200;
/** What a screen keeps: cleared alerts, those that returned unseen, which the list has to hold with what is active, and active ones (counts). About 1 kB each, so 60 MB at most. */
const BOOK_LIMITS = { cleared: HISTORY_LIMIT, returned: RETURNED_LIMIT, active: 60_000 } as const;
/** Changes applied before one picture at most: some 5 ms of work (count). */
const PER_FRAME = 500;
/** A page in the background draws nothing: there the lists move once a second at most, ten times for a critical alert (ms). */
const [HIDDEN_GAP_MS, HIDDEN_CRITICAL_GAP_MS] = [1000, 100];
/** Parts of the screen that go through all alerts are drawn anew no more often than this: with few alerts, and with `MANY` (ms). */
const [SLOW_MS, SLOW_WITH_MANY_MS, MANY] = [250, 1000, 1000];
/** A critical alert is in the table of all alerts after so long at the latest (ms). */
const TABLE_CRITICAL_MS = 250;
const [RECENT_LIMIT, SEEN_LIMIT] = [40, 20];

/** Every active alert, and the newest cleared ones of the last 24 h. Fed by the socket, one pass per picture; REST fills in what came before. */
export const useAlertsStore = defineStore('alerts', () => {
  const [clock, storm] = [useClockStore(), useStormStore()];
  const book = createAlertBook(BOOK_LIMITS);
  const raisedCounter = createRaisedCounter();
  const recentlyTouched = new Map<string, Alert>();
  /** The lists are changed in place and announced once per picture. */
  const byId = shallowRef(book.byId);
  const [needing, acked, shelved, suppressed, returned, table] = [shallowRef(book.lists.needing.items), shallowRef(book.lists.acked.items), shallowRef(book.lists.shelved.items), shallowRef(book.lists.suppressed.items), shallowRef(book.lists.returned.items), shallowRef(book.table.items)];
  const counts = shallowRef(book.counts);
  const leftOut = shallowRef(book.leftOut());
  /** Moves more slowly than the lists, for what is dear to compute. */
  const pace = ref(0);
  /** As `pace`, and sooner for a critical alert: what the table of all alerts is drawn by. */
  const tablePace = ref(0);
  /** Moves with every change of any list. */
  const version = ref(0);
  const seen = shallowRef<readonly SeenChange[]>([]);
  const [hasHistory, hasFailed, isHistoryCapped] = [ref(false), ref(false), ref(false)];
  /** Changes received and not yet on the screen (count). */
  const waiting = ref(0);
  const [news, changed, replaced] = [createEventHook<Alert>(), createEventHook<readonly Applied[]>(), createEventHook<readonly Alert[]>()];
  const batch = createFrameBatch<Alert>({ keyOf: ({ id }) => id, isNewer: (a, b) => a.seq > b.seq, apply: applyAll, isUrgent: (alert) => alert.severity === 'critical', perFrame: PER_FRAME, gapMs: storm.gapMs, now: () => performance.now() });
  const slow = createPacer(() => { pace.value += 1; });
  const tabled = createPacer(() => { tablePace.value += 1; });

  const all = computed(() => paced(() => [...book.byId.values()]));
  const recent = computed(() => paced(() => [...recentlyTouched.values()]));
  /** The list holds no more of what returned unseen; whether there are more only the page of all alerts tells. */
  const isReturnedCut = computed(() => { void version.value; return returned.value.length >= RETURNED_LIMIT; });
  const oldestNeeding = computed(() => paced(oldest));
  const bars = computed(() => paced(() => new Map(raisedCounter.bars)));
  const raisedWithin = (ms: number): number => paced(() => raisedCounter.within(ms, clock.hubNow));

  /** Takes one state of an alert from the socket; it is on the screen with the next picture. An older one than that known is ignored. */
  function take(alert: Alert): void {
    batch.add(alert);
    // Nobody waits for a picture of a page that is not shown, and its timers hardly run: sound and notifications come with the message itself. In a storm what is held back comes with the next one, or the next heartbeat.
    if (isPageHidden() && batch.sinceMs() >= (alert.severity === 'critical' ? HIDDEN_CRITICAL_GAP_MS : HIDDEN_GAP_MS)) batch.flush();
  }
  /** The hub has been heard: what a page in the background still holds back is taken in. */
  function heard(): void { if (isPageHidden()) batch.flush(); }
  /** As `take`, and what waits too, at once: the answer to what a person just did. */
  function apply(alert: Alert): void { batch.add(alert); batch.flush(); }
  function applyAll(alerts: readonly Alert[]): void {
    const now = clock.hubNow;
    storm.pass(alerts.length);
    const applied = alerts.flatMap((alert) => book.put(alert, now) ?? []);
    for (const one of applied) note(one);
    waiting.value = batch.size > PER_FRAME ? batch.size : 0;
    if (applied.length === 0) return;
    announce(applied.some(({ alert, known }) => alert.severity === 'critical' && known?.severity !== 'critical'));
    void changed.trigger(applied);
    for (const { alert, known } of applied) if (isNews(alert, known) && book.standing(alert.id) === 'needing') void news.trigger(alert);
  }
  function note({ alert, known }: Applied): void {
    if (known === undefined && (alert.groupId === undefined || alert.groupId === alert.id)) raisedCounter.add(alert.raisedAt);
    touch(alert);
    const type = known === undefined ? undefined : isHigher(alert, known) ? 'escalated' as const : alert.shelvedUntil !== undefined && known.shelvedUntil === undefined ? 'shelved' as const : undefined;
    if (type !== undefined) seen.value = [{ type, at: clock.hubNow, key: `${type}-${alert.id}-${alert.seq}`, alert }, ...seen.value].slice(0, SEEN_LIMIT);
  }
  /** Those that changed last, by their own times: history comes after what is newer. */
  function touch(alert: Alert): void {
    recentlyTouched.set(alert.id, alert);
    if (recentlyTouched.size <= 4 * RECENT_LIMIT) return;
    for (const { id } of [...recentlyTouched.values()].sort((a, b) => lastStepAt(b) - lastStepAt(a)).slice(RECENT_LIMIT)) recentlyTouched.delete(id);
  }
  function announce(hasNewCritical = false): void {
    for (const list of [byId, needing, acked, shelved, suppressed, returned, table, counts]) triggerRef(list);
    version.value += 1;
    const left = book.leftOut();
    if (left.cleared !== leftOut.value.cleared || left.active !== leftOut.value.active) leftOut.value = left;
    const calmMs = storm.calmPartsMs(book.byId.size > MANY ? SLOW_WITH_MANY_MS : SLOW_MS);
    slow.ask(calmMs);
    tabled.ask(hasNewCritical ? Math.max(TABLE_CRITICAL_MS, storm.gapMs()) : calmMs);
  }
  /** Everything that is drawn anew, and now: a snapshot or the history has come. */
  function announceAll(): void { slow.ask(0); tabled.ask(0); announce(); }
  function paced<T>(read: () => T): T { void pace.value; return read(); }
  /** A snapshot: what is not in it is no longer active. */
  function replaceActive(alerts: readonly Alert[]): void {
    batch.drop();
    book.reset(alerts, clock.hubNow);
    raisedCounter.reset();
    recentlyTouched.clear();
    for (const alert of [...alerts].sort((a, b) => a.seq - b.seq)) note({ alert, known: undefined });
    [hasHistory.value, waiting.value] = [false, 0];
    announceAll();
    void replaced.trigger(alerts);
  }
  /** Reads the last 24 h; what the socket has brought meanwhile is newer and stays. */
  async function loadHistory(): Promise<void> {
    try {
      takeHistory(await readReturned());
      announceAll();
      const { data, capped } = await readAll((query) => hubApi.alerts(query), { from: clock.hubNow - DAY_MS }, HISTORY_LIMIT);
      takeHistory(data);
      [hasHistory.value, hasFailed.value, isHistoryCapped.value] = [true, false, capped];
      announceAll();
    } catch (error) { hasFailed.value = true; throw error; }
  }
  /** What nobody saw comes by itself: it may have been raised before the last day, and must not lie behind thousands of active ones. */
  async function readReturned(): Promise<Alert[]> {
    const clearedFrom = clock.hubNow - RETURNED_MS;
    const pages = await Promise.all(RETURNED_SEVERITIES.map((severity) => hubApi.alerts({ active: false, acked: false, top: true, ended: false, severity, clearedFrom, limit: BOOK_LIMITS.returned })));
    return pages.flatMap(({ data }) => data);
  }
  /** In the order they changed, so that the oldest are forgotten first and the latest changes are the latest. */
  function takeHistory(alerts: Alert[]): void {
    for (const alert of alerts.sort((a, b) => a.seq - b.seq)) {
      const applied = book.put(alert, clock.hubNow);
      if (applied !== undefined) note(applied);
    }
  }
  function oldest(): Alert | undefined {
    let first: Alert | undefined;
    for (const alert of book.lists.needing.items) if (first === undefined || alert.raisedAt < first.raisedAt) first = alert;
    return first;
  }
  // A shelf's time runs out without an event of the hub's, and so does the day of what nobody saw.
  watch(() => clock.hubNow, (now) => { if (book.unshelve(now).length + book.expire(now).length > 0) announce(); });

  return {
    byId, all, needing, acked, shelved, suppressed, returned, isReturnedCut, table, counts, leftOut, version, pace, tablePace, recent, seen, bars, oldestNeeding, hasHistory, hasFailed, isHistoryCapped, waiting,
    take, apply, heard, flush: batch.flush, replaceActive, loadHistory, raisedWithin,
    standing: book.standing, children: book.children, childCount: book.childCount,
    onNews: news.on, onChanged: changed.on, onReplaced: replaced.on,
  };
});

const lastStepAt = (alert: Alert): number => Math.max(alert.raisedAt, alert.ackedAt ?? 0, alert.clearedAt ?? 0);
const isHigher = (alert: Alert, than: Alert): boolean => TIERS.indexOf(alert.tier) > TIERS.indexOf(than.tier);
/** A new alert, one that has come back, grown worse, or moved to people who have not seen it: worth a sound. */
const isNews = (alert: Alert, known: Alert | undefined): boolean =>
  alert.active && !alert.acked && (known === undefined || !known.active || severityRank(alert.severity) < severityRank(known.severity) || isHigher(alert, known));
