import { Type, type Static } from 'typebox';
import { SEVERITIES } from '../alerts.js';
import { DEVICE_KINDS } from '../devices.js';
import { METRIC_KEYS } from '../metrics.js';
import { IdSchema, LabelSchema, listOf, oneOf } from './common.js';

const Seconds = Type.Integer({ minimum: 0, maximum: 86_400 });
const shared = {
  id: IdSchema,
  name: LabelSchema,
  /** Words on the alert; `{value}`, `{limit}` and `{device}` are filled in. */
  message: LabelSchema,
  kinds: Type.Array(oneOf(DEVICE_KINDS), { minItems: 1 }),
  enabled: Type.Boolean(),
  /** Seconds the condition must hold before the alert is raised (ISA-18.2 on-delay). */
  onDelayS: Seconds,
  /** Seconds the condition must be gone before the alert clears (off-delay). */
  offDelayS: Seconds,
};
const severity = oneOf(SEVERITIES);

/**
 * A value crosses a limit. Bands are ordered from mild to severe; the worst band reached gives the severity and re-grades the one active alert.
 * The alert clears at `clearAt`, the far side of the deadband. `between` limits the rule to hours of the day at UTC+8, such as [6, 22] or [22, 6].
 */
export const ThresholdRuleSchema = Type.Object({
  ...shared, type: Type.Literal('threshold'), metric: oneOf(METRIC_KEYS), direction: oneOf(['above', 'below']),
  bands: Type.Array(Type.Object({ limit: Type.Number(), severity }), { minItems: 1, maxItems: 5 }), clearAt: Type.Number(),
  between: Type.Optional(Type.Unsafe<[number, number]>(Type.Array(Type.Integer({ minimum: 0, maximum: 24 }), { minItems: 2, maxItems: 2 }))),
});
/** A boolean metric is true. */
export const StateRuleSchema = Type.Object({ ...shared, type: Type.Literal('state'), metric: oneOf(METRIC_KEYS), equals: Type.Boolean(), severity });
/** A value rises by `rise` within `withinS` seconds. */
export const RiseRuleSchema = Type.Object({ ...shared, type: Type.Literal('rise'), metric: oneOf(METRIC_KEYS), rise: Type.Number({ exclusiveMinimum: 0 }), withinS: Type.Integer({ minimum: 1, maximum: 86_400 }), severity });
/** An event arrives `count` times within `withinS` seconds; cleared by one of `clearOn`, or by itself `clearAfterS` after the last. */
export const EventRuleSchema = Type.Object({
  ...shared, type: Type.Literal('event'), event: Type.String(), count: Type.Integer({ minimum: 1, maximum: 1000 }), withinS: Type.Integer({ minimum: 1, maximum: 86_400 }),
  clearOn: Type.Array(Type.String()), clearAfterS: Type.Optional(Seconds), severity,
});
/** Nothing is heard for `intervals` × the device's own reporting interval. */
export const SilenceRuleSchema = Type.Object({ ...shared, type: Type.Literal('silence'), intervals: Type.Number({ minimum: 1, maximum: 100 }), severity });

export const RuleSchema = Type.Union([ThresholdRuleSchema, StateRuleSchema, RiseRuleSchema, EventRuleSchema, SilenceRuleSchema]);
export type ThresholdRule = Static<typeof ThresholdRuleSchema>;
export type StateRule = Static<typeof StateRuleSchema>;
export type RiseRule = Static<typeof RiseRuleSchema>;
export type EventRule = Static<typeof EventRuleSchema>;
export type SilenceRule = Static<typeof SilenceRuleSchema>;
export type Rule = Static<typeof RuleSchema>;
export const RuleListSchema = listOf(RuleSchema);
