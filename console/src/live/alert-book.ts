import type { Alert, EpochMs } from '@liandong/protocols';
import { createAlertCounts } from './alert-counts.js';
import { byReturn, byShelfEnd, byTableOrder, byUrgency, isReturned, isShelved } from './priority.js';
import { createSortedList } from './sorted-list.js';

/** Where an alert stands on the wall. `suppressed`: a parent stands for it, or another alert makes it pointless. `returned`: over, and nobody acknowledged it. */
export type Standing = 'needing' | 'acked' | 'shelved' | 'suppressed' | 'returned' | 'over';
/** Cleared alerts, of these what returned unseen, and active ones that are kept at most (counts). */
export interface BookLimits { readonly cleared: number; readonly returned: number; readonly active: number }
/** What became of one state of an alert: `known` is the one before. */
export interface Applied { readonly alert: Alert; readonly known: Alert | undefined }

/**
 * Every active alert and the newest cleared ones, each list in its order at all times. Nothing here is reactive: the store tells the page once per picture.
 * Bounded: past the limits the oldest cleared, then the least urgent active ones are left out, and counted in `leftOut`.
 */
export function createAlertBook(limits: BookLimits) {
  const byId = new Map<string, Alert>();
  const standings = new Map<string, Standing>();
  const lists = { needing: createSortedList(byUrgency), acked: createSortedList(byUrgency), shelved: createSortedList(byShelfEnd), suppressed: createSortedList(byUrgency), returned: createSortedList(byReturn) };
  const table = createSortedList(byTableOrder);
  const counts = createAlertCounts();
  /** Active alerts by the parent that stands for them. */
  const children = new Map<string, Set<string>>();
  /** Cleared and seen, in the order they came. What returned unseen is in its own list and outlives these: a storm of small ones must not push it off. */
  const cleared = new Set<string>();
  const hidden = new Set<string>();
  let forgotten = 0;

  /** Takes a state of an alert; undefined when a newer one is known. */
  function put(alert: Alert, now: EpochMs): Applied | undefined {
    const known = byId.get(alert.id);
    if (known !== undefined && known.seq >= alert.seq) return undefined;
    if (known !== undefined) takeOut(known);
    byId.set(alert.id, alert);
    hidden.delete(alert.id);
    putIn(alert, now);
    if (known?.active !== alert.active) resettle(children.get(alert.id) ?? [], now);
    trim(now);
    return { alert, known };
  }
  function putIn(alert: Alert, now: EpochMs): void {
    const standing = standingOf(alert, now);
    standings.set(alert.id, standing);
    table.add(alert);
    if (standing === 'over') cleared.add(alert.id); else lists[standing].add(alert);
    if (alert.active && isChild(alert)) childrenOf(alert.groupId).add(alert.id);
    counts.add(alert, standing, 1);
  }
  function takeOut(alert: Alert): void {
    const standing = standings.get(alert.id) ?? 'over';
    standings.delete(alert.id);
    table.remove(alert);
    if (standing === 'over') cleared.delete(alert.id); else lists[standing].remove(alert);
    if (isChild(alert)) forgetChild(alert.groupId, alert.id);
    counts.add(alert, standing, -1);
  }
  function standingOf(alert: Alert, now: EpochMs): Standing {
    if (!alert.active) return isReturned(alert, now) ? 'returned' : 'over';
    if (alert.inhibitedBy !== undefined || (isChild(alert) && byId.get(alert.groupId)?.active === true)) return 'suppressed';
    return isShelved(alert, now) ? 'shelved' : alert.acked ? 'acked' : 'needing';
  }
  function resettle(ids: Iterable<string>, now: EpochMs): void {
    for (const id of [...ids]) {
      const alert = byId.get(id);
      if (alert === undefined) continue;
      takeOut(alert);
      putIn(alert, now);
    }
  }
  /** What came back from the shelf by `now`. */
  function unshelve(now: EpochMs): Alert[] {
    const due = lists.shelved.items.filter((alert) => !isShelved(alert, now));
    resettle(due.map(({ id }) => id), now);
    return due;
  }
  /** What returned so long ago that it leaves the list. */
  function expire(now: EpochMs): Alert[] {
    const due = lists.returned.items.filter((alert) => !isReturned(alert, now));
    resettle(due.map(({ id }) => id), now);
    return due;
  }
  function trim(now: EpochMs): void {
    for (let least = lists.returned.items.at(-1); least !== undefined && lists.returned.items.length > limits.returned; least = lists.returned.items.at(-1)) {
      forget(least.id, now);
      forgotten += 1;
    }
    for (const id of cleared) {
      if (cleared.size <= limits.cleared) break;
      forget(id, now);
      forgotten += 1;
    }
    while (byId.size - cleared.size - lists.returned.items.length > limits.active) {
      const least = lists.suppressed.items.at(-1) ?? lists.acked.items.at(-1) ?? lists.needing.items.at(-1);
      if (least === undefined) break;
      forget(least.id, now);
      hidden.add(least.id);
    }
  }
  function forget(id: string, now: EpochMs): void {
    const alert = byId.get(id);
    if (alert === undefined) return;
    takeOut(alert);
    byId.delete(id);
    if (alert.active) resettle(children.get(id) ?? [], now);
  }
  /** A snapshot: everything active in scope. Sorted once, not one by one. */
  function reset(alerts: readonly Alert[], now: EpochMs): void {
    byId.clear(); standings.clear(); children.clear(); cleared.clear(); hidden.clear(); counts.reset();
    forgotten = 0;
    for (const alert of alerts) byId.set(alert.id, alert);
    const parts: Record<Standing, Alert[]> = { needing: [], acked: [], shelved: [], suppressed: [], returned: [], over: [] };
    for (const alert of byId.values()) {
      const standing = standingOf(alert, now);
      standings.set(alert.id, standing);
      parts[standing].push(alert);
      if (standing === 'over') cleared.add(alert.id);
      if (alert.active && isChild(alert)) childrenOf(alert.groupId).add(alert.id);
      counts.add(alert, standing, 1);
    }
    for (const key of ['needing', 'acked', 'shelved', 'suppressed', 'returned'] as const) lists[key].reset(parts[key]);
    table.reset([...byId.values()]);
    trim(now);
  }
  function childrenOf(parent: string): Set<string> {
    const set = children.get(parent) ?? new Set<string>();
    children.set(parent, set);
    return set;
  }
  function forgetChild(parent: string, id: string): void {
    const set = children.get(parent);
    set?.delete(id);
    if (set?.size === 0) children.delete(parent);
  }
  return {
    byId: byId as ReadonlyMap<string, Alert>, lists, table, counts, put, unshelve, expire, reset,
    standing: (id: string): Standing | undefined => standings.get(id),
    children: (id: string): readonly Alert[] => [...children.get(id) ?? []].flatMap((child) => byId.get(child) ?? []),
    childCount: (id: string): number => children.get(id)?.size ?? 0,
    /** Cleared ones forgotten, and active ones not shown, because there are too many. */
    leftOut: () => ({ cleared: forgotten, active: hidden.size }),
  };
}
export type AlertBook = ReturnType<typeof createAlertBook>;

/** Some parents carry their own id as `groupId`. */
const isChild = (alert: Alert): alert is Alert & { groupId: string } => alert.groupId !== undefined && alert.groupId !== alert.id;
