import type { EpochMs } from '@liandong/protocols';

/** Where the browser keeps it; localStorage, so that a reload and a second tab know too. */
export interface KnownStorage { getItem(key: string): string | null; setItem(key: string, value: string): void }
const KEY = 'liandong.announced';
/** Ids remembered at most (count); the oldest go first. */
const LIMIT = 3000;
/** A record older than this says nothing about now: what stands then is taken as known (ms). */
const VALID_MS = 3_600_000;
const RENEW_MS = 60_000;

/** Which alerts this browser has announced, over reloads and reconnects. `now` is the browser's clock. */
export function createKnownAlerts(storage: KnownStorage, now: () => EpochMs) {
  const { ids, isFresh } = read(storage, now());
  let [isDirty, savedAt] = [false, 0];
  return {
    /** There was a record to go by: what is not in it is news. Without one, everything that stands is old. */
    hadRecord: isFresh,
    has: (id: string): boolean => ids.has(id),
    /** Says whether it was new. */
    add(id: string): boolean {
      if (ids.has(id)) return false;
      ids.add(id);
      for (const old of ids) if (ids.size > LIMIT) ids.delete(old); else break;
      isDirty = true;
      return true;
    },
    /** Written now and then, not with each of 800 alerts a second. The time moves on even when nothing was new. */
    save(): void {
      if (!isDirty && now() - savedAt < RENEW_MS) return;
      // Another tab of the same browser writes here too.
      for (const id of read(storage, now()).ids) ids.add(id);
      [isDirty, savedAt] = [false, now()];
      storage.setItem(KEY, JSON.stringify({ at: now(), ids: [...ids].slice(-LIMIT) }));
    },
  };
}
export type KnownAlerts = ReturnType<typeof createKnownAlerts>;

function read(storage: KnownStorage, now: EpochMs): { ids: Set<string>; isFresh: boolean } {
  try {
    // Written by `save`, or by anybody who has the browser's tools open: checked below.
    const kept = JSON.parse(storage.getItem(KEY) ?? 'null') as { at?: unknown; ids?: unknown } | null;
    const isFresh = typeof kept?.at === 'number' && now - kept.at < VALID_MS;
    return { ids: new Set(isFresh && Array.isArray(kept.ids) ? kept.ids.filter((id) => typeof id === 'string') : []), isFresh };
  } catch { return { ids: new Set(), isFresh: false }; }
}
