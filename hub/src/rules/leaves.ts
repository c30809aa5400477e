import type { EpochMs, MetricValue, RuleLeaf } from '@liandong/protocols';
import { Occurrences, type SavedOccurrences } from './occurrences.js';
import { isPast } from './past.js';
import { ChangeWindow } from './windows.js';

/** One leaf of a combined rule on one device. */
export interface Leaf {
  readonly leaf: RuleLeaf;
  /** Undefined: nothing is known of it yet. */
  isTrue: boolean | undefined;
  /** A sample of its metric. */
  take?(ts: EpochMs, value: MetricValue): void;
  /** Its event came. */
  happen?(ts: EpochMs, at: EpochMs): void;
  /** Device time has come to `ts`; hub time has come to `now`. */
  pass?(ts: EpochMs): void;
  passHub?(now: EpochMs): boolean;
  readonly isTicking?: boolean;
  readonly dueAt?: EpochMs;
  limitTimes(ts: EpochMs): void;
  save(): unknown;
  load(saved: unknown): void;
}

export function createLeaf(leaf: RuleLeaf): Leaf {
  switch (leaf.type) {
    case 'compare': case 'outside': case 'state': return valueLeaf(leaf);
    case 'change': return changeLeaf(leaf);
    case 'event': return eventLeaf(leaf);
  }
}

/** `null` in what is saved: not known. */
const remembered = (isTrue: boolean | undefined): boolean | null => isTrue ?? null;

/** One that the value of its metric decides, whatever came before. */
export type ValueLeaf = Extract<RuleLeaf, { type: 'compare' | 'outside' | 'state' }>;

/** Undefined of a value that is not of the leaf's kind. */
export function holds(leaf: ValueLeaf, value: MetricValue): boolean | undefined {
  if (leaf.type === 'state') return value === leaf.equals;
  if (typeof value !== 'number') return undefined;
  return leaf.type === 'compare' ? isPast(leaf.direction, leaf.limit, value) : value < leaf.low || value > leaf.high;
}

const valueLeaf = (leaf: ValueLeaf): Leaf => ({
  leaf, isTrue: undefined,
  take(_ts, value) { this.isTrue = holds(leaf, value) ?? this.isTrue; },
  limitTimes() { /* a value has no time of its own */ },
  save() { return remembered(this.isTrue); },
  load(saved) { this.isTrue = (saved as boolean | null) ?? undefined; }, // what `save` gave
});

function changeLeaf(leaf: Extract<RuleLeaf, { type: 'change' }>): Leaf {
  const window = new ChangeWindow(leaf.withinS * 1000, leaf.direction);
  return {
    leaf, isTrue: undefined,
    take(ts, value) { if (typeof value === 'number') this.isTrue = window.add(ts, value) >= leaf.by; },
    limitTimes(ts) { window.limitTimes(ts); },
    save() { return [remembered(this.isTrue), window.save() ?? null]; },
    load(saved) {
      const [isTrue, times] = saved as [boolean | null, unknown]; // what `save` gave
      this.isTrue = isTrue ?? undefined;
      if (times !== null) window.load(times);
    },
  };
}

/** Of an event that never came it is known that it did not come. */
function eventLeaf(leaf: Extract<RuleLeaf, { type: 'event' }>): Leaf {
  const window = new Occurrences(leaf.withinS * 1000, leaf.count);
  return {
    leaf, isTrue: false,
    happen(ts, at) {
      window.add(ts, at);
      this.isTrue = window.isFull;
    },
    pass(ts) {
      window.pass(ts);
      this.isTrue = window.isFull;
    },
    passHub(now) {
      if (!window.passHub(now)) return false;
      this.isTrue = window.isFull;
      return true;
    },
    get isTicking() { return !window.isEmpty; },
    get dueAt() { return window.dueAt; },
    limitTimes(ts) { window.limitTimes(ts); },
    save: () => window.save() ?? null,
    load(saved) {
      if (saved === null) return;
      window.load(saved as SavedOccurrences); // what `save` gave
      this.isTrue = window.isFull;
    },
  };
}
