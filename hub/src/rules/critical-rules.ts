import type { EpochMs, JournalRecord, MetricKey, MetricValue } from '@liandong/protocols';
import { push } from '../push.js';
import type { CompiledRule } from './compile.js';
import type { Condition } from './condition.js';
import type { DeviceMemory } from './device-memory.js';
import { noiseLimit } from './noise-watch.js';
import { isPast } from './past.js';
import { ChangeWindow } from './windows.js';

/** What a record that nobody has evaluated does: it makes something critical, by its own value or event (`likely`); or it may, for a rule that takes more than one value to judge (`possible`). */
export type Urgency = 'none' | 'possible' | 'likely';
/** The lowest value of a change rule's metric (the highest, for a fall; signed) among records that were looked at and not evaluated. */
export type Lows = Map<Condition, number>;

interface Sample { readonly value: MetricValue; readonly ts: EpochMs; readonly device: DeviceMemory; readonly condition: Condition | undefined; readonly lows: Lows }
interface CriticalRule { readonly id: string; /** An edge evaluates it for its devices. */ readonly isLocal: boolean; readonly urgencyOf: (sample: Sample) => Urgency; readonly ofEvent: Urgency }
/** The rules of a set that may grade something critical, by what they listen to. */
export interface CriticalRules { readonly byMetric: ReadonlyMap<MetricKey, readonly CriticalRule[]>; readonly byEvent: ReadonlyMap<string, readonly CriticalRule[]> }

/** Undefined when there is none, so that most devices cost no more than the question. */
export function criticalRulesOf(rules: readonly CompiledRule[]): CriticalRules | undefined {
  const [byMetric, byEvent] = [new Map<MetricKey, CriticalRule[]>(), new Map<string, CriticalRule[]>()];
  for (const compiled of rules) {
    const level = compiled.grades.findIndex(({ severity }) => severity === 'critical');
    if (level === -1) continue;
    const { rule } = compiled;
    const critical: CriticalRule = { id: rule.id, isLocal: rule.local === true, urgencyOf: urgencyTest(compiled, level), ofEvent: rule.type === 'event' ? 'likely' : 'possible' };
    for (const metric of compiled.metrics) push(byMetric, metric, critical);
    // What ends a condition makes nothing critical.
    for (const event of rule.type === 'event' ? [rule.event] : compiled.events) push(byEvent, event, critical);
  }
  return byMetric.size + byEvent.size === 0 ? undefined : { byMetric, byEvent };
}

/**
 * Never less than what comes of the record, by what is known before those that precede it are evaluated; more, where it is late, a repetition, or too short for a delay. Where a critical
 * alert stands already it is hardly news, unless it was cleared in between.
 */
export function urgencyOf(record: JournalRecord, device: DeviceMemory, lows: Lows, now: EpochMs): Urgency {
  const { critical } = device.ruleSet;
  if (critical === undefined || !device.isWatched || (record.type !== 'telemetry' && record.type !== 'event')) return 'none';
  const origin = device.originOf(record, now);
  if (origin === 'stale') return 'none';
  let found: Urgency = 'none';
  const note = (rules: readonly CriticalRule[], test: (rule: CriticalRule, condition: Condition | undefined) => Urgency): void => {
    for (const rule of rules) {
      const condition = device.conditions.get(rule.id);
      if ((rule.isLocal && origin === 'edge') || found === 'likely') continue;
      const urgency = test(rule, condition);
      if (urgency !== 'none') found = condition?.active?.alert.severity === 'critical' ? 'possible' : urgency;
    }
  };
  if (record.type === 'event') {
    const rules = critical.byEvent.get(record.event);
    if (rules !== undefined) note(rules, ({ ofEvent }) => ofEvent);
    return found;
  }
  for (const key in record.values) {
    const rules = critical.byMetric.get(key as MetricKey); // a record holds only keys of the catalogue
    const value = record.values[key as MetricKey]!; // own key of `values`
    if (rules !== undefined) note(rules, (rule, condition) => rule.urgencyOf({ value, ts: record.ts, device, condition, lows }));
  }
  return found;
}

const likelyIf = (is: boolean): Urgency => is ? 'likely' : 'none';

/** `level`: of the mildest critical grade; those after it lie further out. */
function urgencyTest({ rule }: CompiledRule, level: number): CriticalRule['urgencyOf'] {
  switch (rule.type) {
    case 'threshold': {
      const { direction, bands } = rule;
      const limit = bands[level]!.limit; // an index of the grades, which are the bands
      return ({ value }) => likelyIf(typeof value === 'number' && isPast(direction, limit, value));
    }
    case 'range': {
      const { low, high } = rule.bands[level]!; // as above
      return ({ value }) => likelyIf(typeof value === 'number' && (value < low || value > high));
    }
    case 'noise': {
      const { over } = rule.bands[level]!; // as above
      return ({ value, ts, device }) => likelyIf(typeof value === 'number' && value > noiseLimit(rule.class, device.entry, ts).limit + over);
    }
    case 'state': return ({ value }) => likelyIf(value === rule.equals);
    case 'count': return ({ value }) => likelyIf(typeof value === 'number' && isPast(rule.direction, rule.limit, value));
    case 'change': return (sample) => changeUrgency(sample, rule.by);
    case 'aqi': case 'combined': return () => 'possible';
    case 'event': case 'silence': return () => 'none'; // by no sample
  }
}

/** Compared with the lowest there is, be it too old for the window or not. */
function changeUrgency({ value, condition, lows }: Sample, by: number): Urgency {
  const window = condition?.extra;
  if (typeof value !== 'number') return 'none';
  if (condition === undefined || !(window instanceof ChangeWindow)) return 'possible'; // the device's first value of this metric
  const signed = window.signed(value);
  const lowest = Math.min(window.lowest, lows.get(condition) ?? Infinity, signed);
  lows.set(condition, lowest);
  return likelyIf(signed - lowest >= by);
}
