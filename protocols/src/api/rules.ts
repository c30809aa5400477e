import { Type, type Static } from 'typebox';
import { SEVERITIES } from '../alerts.js';
import { COMMUNITY_PROFILES } from '../areas.js';
import { DEVICE_KINDS } from '../devices.js';
import { METRIC_KEYS } from '../metrics.js';
import { NOISE_CLASSES } from '../noise-limits.js';
import { EpochMsSchema, IdSchema, LabelSchema, oneOf } from './common.js';
import { EventName, RuleConditionSchema, WindowS } from './rule-conditions.js';

/** Longest name and message, in each language (characters): a message is copied onto every alert, and a screen has room for no more. */
export const RULE_WORDS_LENGTH = { name: 100, message: 500 } as const;

const Seconds = Type.Integer({ minimum: 0, maximum: 86_400 });
const strict = { additionalProperties: false } as const;

/** Whom a rule concerns, beside `kinds`. Members given together all have to hold; an area takes in everything below it. What is named twice is in it once. */
export const RuleScopeSchema = Type.Object({
  areas: Type.Optional(Type.Array(IdSchema, { maxItems: 200 })),
  profiles: Type.Optional(Type.Array(oneOf(COMMUNITY_PROFILES))),
  devices: Type.Optional(Type.Array(IdSchema, { maxItems: 1000 })),
}, strict);
export type RuleScope = Static<typeof RuleScopeSchema>;

/**
 * When a rule holds, at UTC+8; members given together all have to hold. `hours` such as [6, 22] (06:00–21:59) or [22, 6], which belongs to the day it begins on.
 * `weekdays` from 1, Monday, to 7. A moved working day of the calendar counts as one where Monday to Friday are all listed, and never as a Saturday or Sunday.
 * `holidays`: only on the calendar's holidays, or on all other days.
 */
export const RuleScheduleSchema = Type.Object({
  hours: Type.Optional(Type.Unsafe<[number, number]>(Type.Array(Type.Integer({ minimum: 0, maximum: 24 }), { minItems: 2, maxItems: 2 }))),
  weekdays: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { uniqueItems: true })),
  holidays: Type.Optional(oneOf(['only', 'except'])),
}, strict);
export type RuleSchedule = Static<typeof RuleScheduleSchema>;

const shared = {
  id: IdSchema,
  name: LabelSchema,
  /** Words on the alert; `{device}`, and what `placeholdersOf` has for its type, are filled in. */
  message: LabelSchema,
  kinds: Type.Array(oneOf(DEVICE_KINDS), { minItems: 1 }),
  scope: Type.Optional(RuleScopeSchema),
  /**
   * Of one family only the enabled rule with the nearest scope is in force on a device: device, grid, community, sub-district, city, profile, kind only.
   * Of equally near ones the one with the higher version, then with the later id. Left out: a family of its own, called as the rule is.
   */
  family: Type.Optional(IdSchema),
  schedule: Type.Optional(RuleScheduleSchema),
  enabled: Type.Boolean(),
  /** Seconds the condition must hold before the alert is raised (ISA-18.2 on-delay). */
  onDelayS: Seconds,
  /** Seconds the condition must be gone before the alert clears (off-delay). */
  offDelayS: Seconds,
  /** May a person clear its alerts? */
  manualClear: Type.Optional(Type.Boolean()),
  /** Rules or families whose active alert on the same device, or on its gateway, makes this one pointless. */
  inhibitedBy: Type.Optional(Type.Array(IdSchema, { maxItems: 10, uniqueItems: true })),
  /** Evaluated where the device signs in: by its community's edge, also while that is cut off from the hub, else by the hub. */
  local: Type.Optional(Type.Boolean()),
  /** Counted from 1 by the hub. In a body of PUT: the version that was read; another one by then is RULE_CHANGED. */
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Set by the hub; of no effect in a body. */
  updatedAt: Type.Optional(EpochMsSchema),
  updatedBy: Type.Optional(Type.String()),
};
const severity = oneOf(SEVERITIES);
const metric = oneOf(METRIC_KEYS);
const bandsOf = <T extends Record<string, ReturnType<typeof Type.Number>>>(figures: T) => Type.Array(Type.Object({ ...figures, severity }, strict), { minItems: 1, maxItems: 5 });

/**
 * A value crosses a limit. Bands are ordered from mild to severe; the worst band reached gives the severity and re-grades the one active alert.
 * The alert clears at `clearAt`, the far side of the deadband.
 */
export const ThresholdRuleSchema = Type.Object({
  ...shared, type: Type.Literal('threshold'), metric, direction: oneOf(['above', 'below']), bands: bandsOf({ limit: Type.Number() }), clearAt: Type.Number(),
}, strict);
/** A value lies under `low` or over `high` of a band; bands widen from mild to severe. Clears `deadband` inside the first one. */
export const RangeRuleSchema = Type.Object({ ...shared, type: Type.Literal('range'), metric, bands: bandsOf({ low: Type.Number(), high: Type.Number() }), deadband: Type.Number() }, strict);
/** A boolean metric has this value. */
export const StateRuleSchema = Type.Object({ ...shared, type: Type.Literal('state'), metric, equals: Type.Boolean(), severity }, strict);
/** A value rises (`up`) or falls (`down`) by `by` within `withinS` seconds. */
export const ChangeRuleSchema = Type.Object({ ...shared, type: Type.Literal('change'), metric, direction: oneOf(['up', 'down']), by: Type.Number(), withinS: WindowS, severity }, strict);
/** `count` samples of the last `withinS` seconds are at or above (`above`), or under (`below`), the limit. Clears when there are fewer. */
export const CountRuleSchema = Type.Object({
  ...shared, type: Type.Literal('count'), metric, direction: oneOf(['above', 'below']), limit: Type.Number(), count: Type.Integer({ minimum: 1, maximum: 100 }), withinS: WindowS, severity,
}, strict);
/** An event arrives `count` times within `withinS` seconds; cleared by one of `clearOn`, or by itself `clearAfterS` after the last. */
export const EventRuleSchema = Type.Object({
  ...shared, type: Type.Literal('event'), event: EventName, count: Type.Integer({ minimum: 1, maximum: 1000 }), withinS: WindowS,
  clearOn: Type.Array(EventName, { maxItems: 10 }), clearAfterS: Type.Optional(Seconds), severity,
}, strict);
/** Nothing is heard for `intervals` × the device's own reporting interval. */
export const SilenceRuleSchema = Type.Object({ ...shared, type: Type.Literal('silence'), intervals: Type.Number({ maximum: 100 }), severity }, strict);
/** A tree of conditions on one device; how long it must hold is the on-delay. */
export const CombinedRuleSchema = Type.Object({ ...shared, type: Type.Literal('combined'), when: RuleConditionSchema, severity }, strict);
/** The real-time AQI of HJ 633-2026 from the 1 h means of the device's own samples reaches a band; clears under `clearAt`. */
export const AqiRuleSchema = Type.Object({ ...shared, type: Type.Literal('aqi'), bands: bandsOf({ limit: Type.Number() }), clearAt: Type.Number() }, strict);
/**
 * Noise is more than `over` dB above the limit of GB 3096-2008 at that hour, for the class the device's `install.noiseClass` names, else for `class`.
 * Clears `deadband` dB under the limit.
 */
export const NoiseRuleSchema = Type.Object({ ...shared, type: Type.Literal('noise'), class: oneOf(NOISE_CLASSES), bands: bandsOf({ over: Type.Number() }), deadband: Type.Number() }, strict);

export const RULE_SCHEMAS = {
  threshold: ThresholdRuleSchema, range: RangeRuleSchema, state: StateRuleSchema, change: ChangeRuleSchema, count: CountRuleSchema,
  event: EventRuleSchema, silence: SilenceRuleSchema, combined: CombinedRuleSchema, aqi: AqiRuleSchema, noise: NoiseRuleSchema,
} as const;
/** Answered, a rule has `version`, `updatedAt` and `updatedBy` too. */
export const RuleSchema = Type.Union([
  ThresholdRuleSchema, RangeRuleSchema, StateRuleSchema, ChangeRuleSchema, CountRuleSchema, EventRuleSchema, SilenceRuleSchema, CombinedRuleSchema, AqiRuleSchema, NoiseRuleSchema,
]);
export type ThresholdRule = Static<typeof ThresholdRuleSchema>;
export type RangeRule = Static<typeof RangeRuleSchema>;
export type StateRule = Static<typeof StateRuleSchema>;
export type ChangeRule = Static<typeof ChangeRuleSchema>;
export type CountRule = Static<typeof CountRuleSchema>;
export type EventRule = Static<typeof EventRuleSchema>;
export type SilenceRule = Static<typeof SilenceRuleSchema>;
export type CombinedRule = Static<typeof CombinedRuleSchema>;
export type AqiRule = Static<typeof AqiRuleSchema>;
export type NoiseRule = Static<typeof NoiseRuleSchema>;
export type Rule = Static<typeof RuleSchema>;
export type RuleType = Rule['type'];
export const RULE_TYPES = Object.keys(RULE_SCHEMAS) as RuleType[]; // exactly the union's

const PLACEHOLDERS: Readonly<Record<RuleType, readonly string[]>> = {
  threshold: ['device', 'value', 'limit'], range: ['device', 'value', 'limit'], change: ['device', 'value', 'limit'], count: ['device', 'value', 'limit'], event: ['device', 'value', 'limit'],
  silence: ['device', 'limit'], state: ['device'], combined: ['device'], aqi: ['device', 'value', 'limit', 'what'], noise: ['device', 'value', 'limit', 'what'],
};
/** What may stand in braces in a rule's message: `limit` is the limit that was crossed, `what` the primary pollutant, or day or night. Of events `value` and `limit` are counts, where more than one (`count`) is asked for. */
export const placeholdersOf = (type: RuleType, count?: number): readonly string[] => type === 'event' && count === 1 ? ['device'] : PLACEHOLDERS[type];
/** The first part of a message that would stand on the alert as it is written, or be empty: braces that hold none of `known`, or a brace without its other. */
export const strangePlaceholder = (message: string, known: readonly string[]): string | undefined => message.match(/\{[^{}]*\}?|\}/g)?.find((part) => !known.some((word) => part === `{${word}}`));

/** The family a rule belongs to. */
export const familyOf = ({ id, family }: Pick<Rule, 'id' | 'family'>): string => family ?? id;
