import type { CombinedRule, EpochMs, MetricKey, RuleCondition } from '@liandong/protocols';
import type { Condition } from './condition.js';
import type { Judge } from './device-memory.js';
import type { Extra } from './extra.js';
import { createLeaf, type Leaf } from './leaves.js';
import { truthOf, type Truth } from './truth.js';
import type { EventWatch, SampleWatch } from './watches.js';

/**
 * A tree of conditions on one device, judged once when all values of a message are in: between two of them it would mix old with new.
 * Three-valued: what has never been reported is neither true nor false, and a tree that depends on it is not met and clears nothing.
 */
class CombinedWatch implements Extra, Judge {
  isDue = false;
  readonly #leaves: Leaf[] = [];
  readonly #truth: Truth;
  /** Time of the newest judgement: a late event doesn't turn the clock back. */
  #newest = -Infinity;

  constructor(when: RuleCondition, private readonly condition: Condition) {
    this.#truth = truthOf(when, (part) => {
      const leaf = createLeaf(part);
      this.#leaves.push(leaf);
      return () => leaf.isTrue;
    });
  }

  get isTicking(): boolean { return this.#leaves.some((leaf) => leaf.isTicking === true); }

  get dueAt(): EpochMs { return this.#leaves.reduce((due, leaf) => Math.min(due, leaf.dueAt ?? Infinity), Infinity); }

  onSample = (metric: MetricKey): SampleWatch => {
    const concerned = this.#leaves.filter(({ leaf }) => leaf.type !== 'event' && leaf.metric === metric);
    const hasWindow = concerned.some(({ leaf }) => leaf.type === 'change');
    return (ts, _at, value) => {
      const { isWatched } = this.condition.device;
      for (const leaf of concerned) {
        const before = leaf.isTrue;
        if (isWatched || leaf.leaf.type !== 'change') leaf.take?.(ts, value);
        else leaf.isTrue = undefined; // works on a device change what it measures
        // A window may reach the disk late; what turned true or false may not, or a restart would ask a value that is reported once a day.
        if (leaf.isTrue !== before) this.condition.saveSoon();
      }
      if (hasWindow) this.condition.isAged = true;
      this.condition.device.judgeLater(this);
    };
  };

  /** What happens out of service is never told. */
  onEvent: EventWatch = (event, ts, at) => {
    if (!this.condition.device.isWatched) return;
    for (const leaf of this.#leaves) if (leaf.leaf.type === 'event' && leaf.leaf.event === event) leaf.happen?.(ts, at);
    this.condition.waitForTime();
    this.condition.device.judgeLater(this);
  };

  judge(ts: EpochMs, at: EpochMs): void {
    this.#newest = Math.max(this.#newest, ts);
    for (const leaf of this.#leaves) leaf.pass?.(this.#newest);
    this.#conclude(this.#newest, at);
  }

  tick(now: EpochMs): void {
    let hasLapsed = false;
    for (const leaf of this.#leaves) if (leaf.passHub?.(now) === true) hasLapsed = true;
    if (hasLapsed) this.#conclude(now, now);
  }

  limitTimes(ts: EpochMs): void {
    this.#newest = Math.min(this.#newest, ts);
    for (const leaf of this.#leaves) leaf.limitTimes(ts);
  }

  save(): unknown { return this.#leaves.some((leaf) => leaf.isTrue !== undefined) ? this.#leaves.map((leaf) => leaf.save()) : undefined; }
  /** Cast: what `save` gave, leaf by leaf. */
  load(saved: unknown): void { this.#leaves.forEach((leaf, index) => { leaf.load((saved as unknown[])[index]); }); }

  #conclude(ts: EpochMs, at: EpochMs): void {
    const isMet = this.#truth();
    if (isMet === true) this.condition.enter(0, ts, at, NaN);
    else this.condition.leave(isMet === false, ts, at);
  }
}

export function watchCombined({ when }: CombinedRule, condition: Condition): { onSample: (metric: MetricKey) => SampleWatch; onEvent: EventWatch } {
  const watch = new CombinedWatch(when, condition);
  condition.extra = watch;
  return watch;
}
