import type { Seq } from '@liandong/protocols';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Feature } from '../feature.js';
import { ToldChange } from './told-change.js';
import type { FeedLogger } from './types.js';

/** The change log as one stream: every change once, in the order of `seq`, whatever order services announce them in. */
export interface ChangeTail extends Feature {
  /** Of the last change told to the listener. */
  readonly seq: Seq;
  /** Changes after `since`, oldest first, from memory; undefined when it doesn't reach back so far. */
  recent(since: Seq, limit: number): readonly ToldChange[] | undefined;
  /** Reads what was committed but not announced. Never rejects. */
  catchUp(): Promise<void>;
}

const PAGE = 500;
/** Changes kept in memory for screens that fell behind a little: in a storm each would read the same rows from the database, ahead of the next alert. */
const RECENT = 4_096;

/**
 * An announcement that is next in line is passed on at once. One that isn't means that another service committed first and has
 * still to speak, so the log is read: it holds everything committed.
 * @param onGap changes in between are no longer kept; listeners must start from a snapshot
 */
export function createChangeTail({ changes, logger, onChange, onGap }: {
  changes: ChangeLog; logger: FeedLogger; onChange: (change: ToldChange) => void; onGap: () => void;
}): ChangeTail {
  let seq: Seq = 0;
  /** The last ones passed on, oldest first; of those that follow `keptAfter` none is missing. */
  let kept: ToldChange[] = [];
  let keptAfter: Seq = 0;
  let unsubscribe: (() => void) | undefined;
  let isBehind = false;
  let isReading = false;
  let reading: Promise<void> = Promise.resolve();

  function pass(change: Change): void {
    if (change.seq <= seq) return;
    seq = change.seq;
    const told = new ToldChange(change);
    kept.push(told);
    if (kept.length >= 2 * RECENT) forgetOld();
    onChange(told);
  }

  function forgetOld(): void {
    const old = kept.length - RECENT;
    keptAfter = kept[old - 1]?.seq ?? keptAfter;
    kept = kept.slice(old);
  }

  /** Position of the first one after `since`; they are in order. */
  function firstAfter(since: Seq): number {
    let [from, to] = [0, kept.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((kept[middle]?.seq ?? 0) <= since) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  function startFrom(newest: Seq): void {
    seq = keptAfter = newest;
    kept = [];
  }

  function announced(change: Change): void {
    if (!isReading && change.seq === seq + 1) pass(change);
    else if (change.seq > seq) void catchUp();
  }

  function catchUp(): Promise<void> {
    isBehind = true;
    if (!isReading) {
      isReading = true;
      reading = readOn();
    }
    return reading;
  }

  async function readOn(): Promise<void> {
    try {
      while (isBehind && unsubscribe !== undefined) {
        isBehind = false;
        await readPages();
      }
    } catch (error) {
      logger.error({ err: error }, 'The change log could not be read; the next change or heartbeat tries again.');
    } finally {
      isReading = false;
    }
  }

  async function readPages(): Promise<void> {
    for (let isMore = true; isMore && unsubscribe !== undefined;) {
      const page = await changes.after(seq, PAGE);
      if (page === undefined) {
        startFrom(await changes.current());
        onGap();
        return;
      }
      page.forEach(pass);
      isMore = page.length === PAGE;
    }
  }

  return {
    get seq() { return seq; },
    recent(since, limit) {
      if (since < keptAfter) return undefined;
      const from = firstAfter(since);
      return kept.slice(from, from + limit);
    },
    catchUp,
    async start() {
      if (unsubscribe !== undefined) return;
      isReading = true; // holds announcements back until the starting point is known
      unsubscribe = changes.onChange(announced);
      try {
        startFrom(await changes.current());
      } finally {
        isReading = false;
      }
      await catchUp();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      await reading;
    },
  };
}
