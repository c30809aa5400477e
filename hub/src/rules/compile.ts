import { createHash } from 'node:crypto';
import { familyOf, leavesOf, POLLUTANTS, type EpochMs, type MetricKey, type Rule } from '@liandong/protocols';
import { NO_DAYS, type Days } from '../calendar/day-calendar.js';
import type { Grade } from './condition-sink.js';
import { compileSchedule } from './schedule.js';

/** What the evaluator needs of a rule, worked out once per version. Pure: it knows neither clock nor database. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly version: number;
  readonly family: string;
  /** Ids or families of rules whose active alert on the same device, or on its gateway, makes this one pointless. */
  readonly inhibitedBy: readonly string[];
  /** What it listens to. */
  readonly metrics: readonly MetricKey[];
  readonly events: readonly string[];
  readonly grades: readonly Grade[];
  /** None of a silence rule, which waits longer for a word instead. */
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** How long an alert may rest on what was seen last, where time alone ends it; else 0. */
  readonly lapseMs: number;
  /** What it is met by lasts until something that is reported ends it. Else it is of what happens, and what happens out of service is never told. */
  readonly isOfState: boolean;
  /** Present when the rule holds only at some times. */
  readonly isApplicable: ((at: EpochMs) => boolean) | undefined;
  /** Of a silence rule: how long nothing may be heard, in seconds. */
  readonly silenceS: ((reportingIntervalS: number) => number) | undefined;
  /** A digest of all that its conditions depend on; two versions with the same one remember the same. */
  readonly core: string;
}

/** `days`: the calendar its schedule asks; without one there are no holidays. */
export function compileRule(rule: Rule, days: Days = NO_DAYS): CompiledRule {
  return {
    rule, version: rule.version ?? 1, family: familyOf(rule), inhibitedBy: rule.inhibitedBy ?? [], metrics: metricsOf(rule), events: eventsOf(rule),
    grades: gradesOf(rule), onDelayMs: rule.type === 'silence' ? 0 : rule.onDelayS * 1000, offDelayMs: rule.offDelayS * 1000,
    lapseMs: lapseMsOf(rule), isOfState: isOfState(rule),
    isApplicable: rule.schedule === undefined ? undefined : compileSchedule(rule.schedule, days),
    silenceS: rule.type === 'silence' ? (reportingIntervalS) => rule.intervals * reportingIntervalS : undefined,
    core: coreOf(rule),
  };
}

const NOT_CORE = ['name', 'message', 'kinds', 'scope', 'family', 'enabled', 'manualClear', 'inhibitedBy', 'local', 'version', 'updatedAt', 'updatedBy'];
/** Words, scope and history change nothing of what is remembered. */
const coreOf = (rule: Rule): string =>
  createHash('sha256').update(JSON.stringify(Object.entries(rule).filter(([name]) => !NOT_CORE.includes(name)).sort(([a], [b]) => a < b ? -1 : 1))).digest('base64url').slice(0, 16);

function gradesOf(rule: Rule): Grade[] {
  switch (rule.type) {
    case 'threshold': case 'aqi': return rule.bands.map(({ limit, severity }) => ({ severity, limit }));
    case 'range': case 'noise': return rule.bands.map(({ severity }) => ({ severity, limit: undefined }));
    case 'change': return [{ severity: rule.severity, limit: rule.by }];
    case 'count': return [{ severity: rule.severity, limit: rule.limit }];
    case 'event': return [{ severity: rule.severity, limit: rule.count > 1 ? rule.count : undefined }];
    case 'state': case 'silence': case 'combined': return [{ severity: rule.severity, limit: undefined }];
  }
}

function lapseMsOf(rule: Rule): number {
  switch (rule.type) {
    case 'event': return (rule.clearAfterS ?? 0) * 1000;
    case 'count': return rule.withinS * 1000;
    case 'combined': return Math.max(0, ...leavesOf(rule.when).map((leaf) => leaf.type === 'event' ? leaf.withinS * 1000 : 0));
    default: return 0;
  }
}

function isOfState(rule: Rule): boolean {
  switch (rule.type) {
    case 'threshold': case 'range': case 'state': case 'count': case 'noise': case 'combined': return true;
    case 'event': return rule.clearOn.length > 0 && rule.clearAfterS === undefined;
    // Works on a device change what it measures; and silence is counted anew afterwards.
    case 'change': case 'aqi': case 'silence': return false;
  }
}

/** Could what ends an alert of the one ever reach the other? Not when nothing that one listens to is heard by the other: its alert would stand for ever. */
export const hearsOf = (other: CompiledRule, rule: CompiledRule): boolean =>
  rule.metrics.some((metric) => other.metrics.includes(metric)) || rule.events.some((event) => other.events.includes(event)) || (rule.silenceS !== undefined && other.silenceS !== undefined);

/** Metrics a rule listens to, each once. */
export function metricsOf(rule: Rule): MetricKey[] {
  switch (rule.type) {
    case 'threshold': case 'range': case 'state': case 'change': case 'count': return [rule.metric];
    case 'noise': return ['noise'];
    case 'aqi': return [...POLLUTANTS];
    case 'combined': return [...new Set(leavesOf(rule.when).flatMap((leaf) => leaf.type === 'event' ? [] : [leaf.metric]))];
    case 'event': case 'silence': return [];
  }
}

/** Events a rule listens to, each once. */
export function eventsOf(rule: Rule): string[] {
  if (rule.type === 'event') return [...new Set([rule.event, ...rule.clearOn])];
  return rule.type === 'combined' ? [...new Set(leavesOf(rule.when).flatMap((leaf) => leaf.type === 'event' ? [leaf.event] : []))] : [];
}
