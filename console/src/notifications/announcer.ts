import type { Alert } from '@liandong/protocols';
import type { KnownAlerts } from './known-alerts.js';

/** What a browser's notification needs here. */
export interface Shown { close(): void }
export interface AnnouncerOptions {
  readonly known: KnownAlerts;
  /** Puts one on the desktop; of the same tag only the last stands. `isAgain`: it calls once more under its old tag. */
  readonly show: (alert: Alert, isAgain: boolean) => Shown;
  /** Instead of `n` single ones, in a flood. */
  readonly showMany: (n: number) => Shown;
  readonly now: () => number;
}
/** One by one up to here within a while; what is beyond goes into one notification with a count (count, ms). */
const [SINGLE_LIMIT, WINDOW_MS] = [5, 10_000];
/** The count is told anew no more often than this (ms). */
const COUNT_EVERY_MS = 2000;
/** Handles kept for closing (count). */
const OPEN_LIMIT = 200;

/** One notification per alert, closed when somebody has taken care of it; nothing is announced twice. */
export function createAnnouncer({ known, show, showMany, now }: AnnouncerOptions) {
  const open = new Map<string, Shown>();
  let [windowAt, inWindow, beyond] = [0, 0, 0];
  /** Of `beyond`, what the last count said, and when. */
  let [told, toldAt] = [0, 0];
  let many: Shown | undefined;

  function announce(alert: Alert, isAgain: boolean): void {
    const isNew = known.add(alert.id);
    if (!isNew && !isAgain) return;
    if (now() - windowAt > WINDOW_MS) [windowAt, inWindow, beyond, told] = [now(), 0, 0, 0];
    inWindow += 1;
    if (inWindow > SINGLE_LIMIT) { beyond += 1; return; }
    open.set(alert.id, show(alert, isAgain));
    for (const [id, shown] of open) if (open.size > OPEN_LIMIT) { shown.close(); open.delete(id); } else break;
  }
  return {
    announce,
    /** After a batch: one word for all that were too many for single ones, if there are more than the last one said. */
    settle(): void {
      if (beyond === told || now() - toldAt < COUNT_EVERY_MS) return;
      [told, toldAt] = [beyond, now()];
      many = showMany(beyond);
    },
    close(id: string): void { open.get(id)?.close(); open.delete(id); },
    closeAll(): void { for (const shown of open.values()) shown.close(); open.clear(); many?.close(); [many, beyond, told] = [undefined, 0, 0]; },
    isOpen: (id: string): boolean => open.has(id),
    openIds: (): string[] => [...open.keys()],
  };
}
export type Announcer = ReturnType<typeof createAnnouncer>;
