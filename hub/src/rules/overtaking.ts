import type { EpochMs, Seq } from '@liandong/protocols';
import { breathe } from '../breathe.js';
import type { Clock } from '../clock.js';
import type { JournalBatch } from '../journal/types.js';
import type { Effects } from './effects.js';
import { STEPS_PER_TURN } from './in-turns.js';
import { Lookahead } from './lookahead.js';
import type { RuleMemory } from './rule-memory.js';
import type { TakeRecord } from './take-record.js';

/**
 * After a turn in order that changed alerts, what does not look critical waits until so much has passed since that turn began, for company: each turn costs a transaction, and in a storm that is most of what an
 * alert costs. What only a combined rule or an AQI may make critical waits too.
 */
const STRIDE_MS = 25;
/** Going first costs a transaction: not for the sake of fewer records than these. */
const WORTH_OVERTAKING = 10;
/** Devices, and records of theirs, that are dealt with before their turn at once. */
const DEVICES_AHEAD = 50;
const RECORDS_AHEAD = 1_000;

export interface OvertakingDependencies {
  /** Whose sequences they are. */
  readonly reader: string;
  readonly memory: RuleMemory; readonly effects: Effects; readonly clock: Clock; readonly take: TakeRecord;
  /** All up to there has been dealt with in order. */
  readonly handled: () => Seq;
}

/** Which devices go before their turn because something may become critical of what they sent, and what has to wait meanwhile. */
export class Overtaking {
  readonly #lookahead: Lookahead;
  #furthest: Seq = 0;
  /** When the last turn in order that changed alerts began, by the clock that is never set. */
  #steppedAt = -Infinity;

  constructor(private readonly dependencies: OvertakingDependencies) {
    this.#lookahead = new Lookahead(dependencies.memory);
  }

  /** The last record dealt with before its turn since memory was read. */
  get furthest(): Seq { return this.#furthest; }

  /** Memory was read anew. */
  reset(): void {
    this.#furthest = 0;
    this.#lookahead.reset();
  }

  /** A turn in order is about to be committed. Those of a tick or of what goes first don't count: where there are many, what waits would have to wait for all of them. */
  noteSteps(): void {
    if (this.dependencies.effects.gathered.transitions.length > 0) this.#steppedAt = performance.now();
  }

  /** See `JournalHandler.holdMs`. */
  holdMs(waiting: readonly JournalBatch[]): number {
    if (!this.dependencies.memory.isLoaded || this.#isMoreThanATurn(waiting)) return 0;
    return Math.max(0, this.#steppedAt + STRIDE_MS - performance.now());
  }

  /** Is there somebody who can't wait as long as the others are held? */
  hasUrgent(waiting: readonly JournalBatch[]): boolean {
    this.#look(waiting);
    return this.#lookahead.hasLikely;
  }

  /** Is there anybody who goes first? Of no more than a turn, only who can't wait. Between looks sockets and timers have their turn. */
  async hasFirst(batches: readonly JournalBatch[]): Promise<boolean> {
    if (!this.#isMoreThanATurn(batches)) return this.#waiting(batches) > WORTH_OVERTAKING && this.hasUrgent(batches);
    while (this.dependencies.memory.isLoaded) {
      const isThrough = this.#look(batches);
      if (isThrough || this.#lookahead.hasLikely) return this.#lookahead.hasFound;
      await breathe();
    }
    return false;
  }

  /** All there is of the devices that go first, or as much as fits into a turn; the others are passed over. */
  takeFirst(batches: readonly JournalBatch[], now: EpochMs): void {
    const { reader, effects, take, handled } = this.dependencies;
    const devices = this.#lookahead.first(DEVICES_AHEAD);
    if (devices.size === 0) return; // memory was read anew while this waited for its turn
    let left = RECORDS_AHEAD;
    let upTo = handled();
    for (const { first, records } of batches) {
      // Those in memory are not cut where the one at hand ends: what both hold is taken once.
      for (let index = Math.max(0, upTo + 1 - first); index < records.length && left > 0 && !effects.gathered.isFull; index += 1) {
        upTo = first + index;
        const record = records[index]!; // index < length
        if (devices.get(record.device)?.hasDone(reader, upTo) !== false) continue;
        take(record, upTo, now);
        left -= 1;
      }
    }
    for (const device of devices.values()) device.noteDone({ reader, seq: upTo });
    this.#furthest = Math.max(this.#furthest, upTo);
    if (left > 0 && !effects.gathered.isFull) this.#lookahead.drop(devices.keys());
  }

  #look(batches: readonly JournalBatch[]): boolean {
    const { reader, clock, handled } = this.dependencies;
    return this.#lookahead.look(batches, { reader, handled: handled(), now: clock.now() });
  }

  #waiting(batches: readonly JournalBatch[]): number {
    return (batches.at(-1)?.last ?? 0) - this.dependencies.handled();
  }

  #isMoreThanATurn(batches: readonly JournalBatch[]): boolean {
    return this.#waiting(batches) > STEPS_PER_TURN;
  }
}
