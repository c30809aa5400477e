import type { ChangeRule, CountRule, EpochMs, MetricKey, MetricValue, RangeRule, StateRule, ThresholdRule } from '@liandong/protocols';
import { watchAqi } from './aqi-watch.js';
import { watchCombined } from './combined-watch.js';
import type { CompiledRule } from './compile.js';
import type { Condition } from './condition.js';
import { watchEvents } from './event-watch.js';
import type { Extra } from './extra.js';
import { watchNoise } from './noise-watch.js';
import { Occurrences, type SavedOccurrences } from './occurrences.js';
import { isPast } from './past.js';
import { ChangeWindow } from './windows.js';

/** Takes the samples of one metric of one device. */
export type SampleWatch = (ts: EpochMs, at: EpochMs, value: MetricValue) => void;
/** Takes the events of one device that the rule names. */
export type EventWatch = (event: string, ts: EpochMs, at: EpochMs) => void;
/** A rule bound to one device's condition: what takes the samples of each metric, and the events. */
export interface Binding {
  readonly condition: Condition;
  readonly onSample?: (metric: MetricKey) => SampleWatch;
  readonly onEvent?: EventWatch;
}

/** Binds a rule to its condition on one device. */
export function bindRule({ rule }: CompiledRule, condition: Condition): Binding {
  switch (rule.type) {
    case 'threshold': return samplesOnly(condition, watchThreshold(rule, condition));
    case 'range': return samplesOnly(condition, watchRange(rule, condition));
    case 'state': return samplesOnly(condition, watchState(rule, condition));
    case 'change': return samplesOnly(condition, watchChange(rule, condition));
    case 'count': return samplesOnly(condition, watchCount(rule, condition));
    case 'noise': return samplesOnly(condition, watchNoise(rule, condition));
    case 'aqi': return { condition, onSample: watchAqi(rule, condition) };
    case 'combined': return { condition, ...watchCombined(rule, condition) };
    case 'event': return { condition, onEvent: watchEvents(rule, condition) };
    case 'silence': return { condition };
  }
}

const samplesOnly = (condition: Condition, watch: SampleWatch): Binding => ({ condition, onSample: () => watch });

/** Clears strictly past `clearAt`, in either direction. */
function watchThreshold({ bands, direction, clearAt }: ThresholdRule, condition: Condition): SampleWatch {
  const limits = bands.map(({ limit }) => limit);
  const isAbove = direction === 'above';
  return (ts, at, value) => {
    if (typeof value !== 'number') return;
    let level = limits.length - 1;
    while (level >= 0 && !isPast(direction, limits[level]!, value)) level -= 1; // level is an index of limits
    if (level >= 0) condition.enter(level, ts, at, value);
    else condition.leave(isAbove ? value < clearAt : value > clearAt, ts, at);
  };
}

/** The limits themselves are still within; the alert names the one that was crossed. */
function watchRange({ bands, deadband }: RangeRule, condition: Condition): SampleWatch {
  const [mildest] = bands;
  return (ts, at, value) => {
    if (typeof value !== 'number' || mildest === undefined) return;
    const level = bands.findLastIndex(({ low, high }) => value < low || value > high);
    const band = bands[level];
    if (band === undefined) return condition.leave(value >= mildest.low + deadband && value <= mildest.high - deadband, ts, at);
    condition.facts = { limit: value < band.low ? band.low : band.high };
    condition.enter(level, ts, at, value);
  };
}

function watchState({ equals }: StateRule, condition: Condition): SampleWatch {
  return (ts, at, value) => {
    if (value === equals) condition.enter(0, ts, at, NaN);
    else condition.leave(true, ts, at);
  };
}

/** Compares with the lowest value of the window (the highest, for a fall); clears as soon as the change within it is smaller. What is measured out of service has no part in it. */
function watchChange({ by, withinS, direction }: ChangeRule, condition: Condition): SampleWatch {
  const window = new ChangeWindow(withinS * 1000, direction);
  condition.extra = window;
  return (ts, at, value) => {
    if (typeof value !== 'number' || !condition.device.isWatched) return;
    const changed = window.add(ts, value);
    condition.isAged = true;
    if (changed >= by) condition.enter(0, ts, at, changed);
    else condition.leave(true, ts, at);
  };
}

/** Samples outside the rule's schedule don't count. */
function watchCount({ direction, limit, count, withinS }: CountRule, condition: Condition): SampleWatch {
  const window = new Occurrences(withinS * 1000, count);
  condition.extra = occurrencesOf(window, condition);
  const { isApplicable } = condition.rule;
  return (ts, at, value) => {
    if (typeof value !== 'number') return;
    window.pass(ts);
    if (isPast(direction, limit, value) && (isApplicable === undefined || isApplicable(ts))) {
      window.add(ts, at);
      condition.waitForTime();
    }
    if (window.isFull) condition.enter(0, ts, at, value);
    else condition.leave(true, ts, at);
  };
}

/** Where nothing more comes, the window empties by hub time. */
const occurrencesOf = (window: Occurrences, condition: Condition): Extra => ({
  save: () => window.save(),
  load(saved) { window.load(saved as SavedOccurrences); }, // what `save` gave
  limitTimes(now) { window.limitTimes(now); },
  get isTicking() { return !window.isEmpty; },
  get dueAt() { return window.dueAt; },
  tick(now) { if (window.passHub(now) && !window.isFull) condition.leave(true, now, now); },
});
