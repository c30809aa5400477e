import type { Seq, SubscribeAnswer } from '@liandong/protocols';

export interface Change { readonly seq: Seq; readonly apply: () => void }

/** Changes held while `subscribe` is unanswered; more than this and a snapshot is cheaper (count). */
const HELD_LIMIT = 10_000;

/**
 * Keeps the last `seq` across connections. Changes that overtake the answer to `subscribe` are held until it is there, or a
 * snapshot older than them would undo them.
 */
export function createChangeTracker() {
  let last: Seq | undefined;
  let held: Change[] | undefined;
  let resumedTo: Seq = 0;
  let caughtUp = 0;

  function take(change: Change): void {
    if (held !== undefined) { hold(held, change); return; }
    if (last === undefined || change.seq > last) last = change.seq;
    if (change.seq <= resumedTo) caughtUp += 1;
    change.apply();
  }
  function hold(queue: Change[], change: Change): void {
    if (queue.length < HELD_LIMIT) queue.push(change);
  }
  return {
    /** What to send as `since`; undefined asks for a snapshot. */
    since: (): Seq | undefined => last,
    /** How many missed changes have come in since the last resume. */
    caughtUp: (): number => caughtUp,
    /** `subscribe` goes out now. */
    begin(): void { held = []; },
    /** The answer is there; `replace` puts a snapshot's alerts in place. Returns false when changes were lost meanwhile and a snapshot is due. */
    settle(answer: SubscribeAnswer, replace: () => void): boolean {
      const waiting = held ?? [];
      held = undefined;
      caughtUp = 0;
      if (waiting.length >= HELD_LIMIT) { last = undefined; return false; }
      if (answer.mode === 'snapshot') { replace(); last = answer.seq; resumedTo = 0; } else resumedTo = answer.seq;
      waiting.forEach(take);
      return true;
    },
    /** `subscribe` was not answered: what was held is dropped, and comes again with the next resume. */
    abandon(): void { held = undefined; },
    take,
  };
}
