import type { EpochMs, EventRule, MetricValue, RiseRule, Rule, StateRule, ThresholdRule } from '@liandong/protocols';
import type { Condition, Grade } from './condition.js';
import { isWithinHours } from './hours.js';
import { EventWindow, RiseWindow } from './windows.js';

/** What the evaluator needs of a rule, worked out once. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly grades: readonly Grade[];
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Of an event rule: clears by itself this long after the last event; else 0. */
  readonly clearAfterMs: number;
  /** Present when the rule holds only at some hours. */
  readonly isApplicable: ((at: EpochMs) => boolean) | undefined;
  /** Of a silence rule: how long nothing may be heard, in seconds. */
  readonly silenceS: ((reportingIntervalS: number) => number) | undefined;
}

/** Takes the samples of one metric of one device. */
export type SampleWatch = (ts: EpochMs, at: EpochMs, value: MetricValue) => void;
/** Takes the events of one device that the rule names. */
export type EventWatch = (event: string, ts: EpochMs, at: EpochMs) => void;

export function compileRule(rule: Rule): CompiledRule {
  const between = rule.type === 'threshold' ? rule.between : undefined;
  return {
    rule, grades: gradesOf(rule), onDelayMs: rule.onDelayS * 1000, offDelayMs: rule.offDelayS * 1000,
    clearAfterMs: rule.type === 'event' ? (rule.clearAfterS ?? 0) * 1000 : 0,
    isApplicable: between === undefined ? undefined : (at) => isWithinHours(between, at),
    silenceS: rule.type === 'silence' ? (reportingIntervalS) => rule.intervals * reportingIntervalS : undefined,
  };
}

function gradesOf(rule: Rule): Grade[] {
  switch (rule.type) {
    case 'threshold': return rule.bands.map(({ limit, severity }) => ({ severity, limit }));
    case 'rise': return [{ severity: rule.severity, limit: rule.rise }];
    case 'event': return [{ severity: rule.severity, limit: rule.count > 1 ? rule.count : undefined }];
    case 'state': case 'silence': return [{ severity: rule.severity, limit: undefined }];
  }
}

/** The watch of a threshold, state or rise rule, bound to one device's condition. */
export function watchSamples(rule: ThresholdRule | StateRule | RiseRule, condition: Condition): SampleWatch {
  switch (rule.type) {
    case 'threshold': return watchThreshold(rule, condition);
    case 'state': return watchState(rule, condition);
    case 'rise': return watchRise(rule, condition);
  }
}

/** `above` is met at its limit (80 counts as 80), `below` only under it; both clear strictly past `clearAt`. */
function watchThreshold({ bands, direction, clearAt }: ThresholdRule, condition: Condition): SampleWatch {
  const limits = bands.map(({ limit }) => limit);
  const isAbove = direction === 'above';
  const { isApplicable } = condition.rule;
  return (ts, at, value) => {
    if (typeof value !== 'number') return;
    if (isApplicable !== undefined && !isApplicable(ts)) return condition.leave(true, ts, at);
    let level = limits.length - 1;
    while (level >= 0 && !(isAbove ? value >= limits[level]! : value < limits[level]!)) level -= 1; // level is an index of limits
    if (level >= 0) condition.enter(level, ts, at, value);
    else condition.leave(isAbove ? value < clearAt : value > clearAt, ts, at);
  };
}

function watchState({ equals }: StateRule, condition: Condition): SampleWatch {
  return (ts, at, value) => {
    if (value === equals) condition.enter(0, ts, at, NaN);
    else condition.leave(true, ts, at);
  };
}

/** Compares with the lowest value of the window; clears as soon as the rise within it is smaller. */
function watchRise({ rise, withinS }: RiseRule, condition: Condition): SampleWatch {
  const window = new RiseWindow(withinS * 1000);
  condition.extra = window;
  return (ts, at, value) => {
    if (typeof value !== 'number') return;
    const risen = window.add(ts, value);
    condition.isAged = true;
    if (risen >= rise) condition.enter(0, ts, at, risen);
    else condition.leave(true, ts, at);
  };
}

/**
 * An event older than the newest one the rule has seen on this device is late and changes nothing; several may share one millisecond.
 * But where a single event is an alert, a late one is still an alert nobody has had: only an end that is newer than it makes it past.
 */
export function watchEvents(rule: EventRule, condition: Condition): EventWatch {
  const window = new EventWindow(rule.withinS * 1000, rule.count);
  condition.extra = window;

  function end(ts: EpochMs, at: EpochMs): void {
    window.end(ts);
    if (window.accept(ts)) {
      window.empty();
      condition.leave(true, ts, at);
    }
    condition.saveSoon();
  }

  return (event, ts, at) => {
    if (event !== rule.event) return end(ts, at);
    const isInOrder = window.accept(ts);
    if (!isInOrder && (rule.count > 1 || window.isEndedAfter(ts))) return;
    const count = isInOrder ? window.add(ts) : 1;
    if (count < rule.count) return condition.saveSoon();
    const shown = rule.count > 1 ? count : NaN;
    condition.settleUpTo(ts, at);
    const isNew = condition.active === undefined;
    if (isNew) condition.enter(0, ts, at, shown);
    else condition.repeat(at, shown);
    if (rule.clearAfterS !== undefined && (isNew || isInOrder)) condition.leaveAfter(condition.rule.clearAfterMs, ts, at); // counted from the last one
  };
}
