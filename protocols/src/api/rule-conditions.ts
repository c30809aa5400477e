import { Type, type Static } from 'typebox';
import { METRIC_KEYS } from '../metrics.js';
import { oneOf } from './common.js';

/** Seconds of a window; 0 is refused as RULE_INVALID, in words. */
export const WindowS = Type.Integer({ minimum: 0, maximum: 86_400 });
/** Name of an event as devices send it. */
export const EventName = Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' });
const metric = oneOf(METRIC_KEYS);
const strict = { additionalProperties: false } as const;

/** Leaves of a combined rule. A value holds until the next one of its metric; before the first, nothing is known of it. */
export const RuleLeafSchema = Type.Union([
  /** `above`: at the limit or over it; `below`: under it. */
  Type.Object({ type: Type.Literal('compare'), metric, direction: oneOf(['above', 'below']), limit: Type.Number() }, strict),
  /** Under `low` or over `high`. */
  Type.Object({ type: Type.Literal('outside'), metric, low: Type.Number(), high: Type.Number() }, strict),
  /** By so much up or down within the window. */
  Type.Object({ type: Type.Literal('change'), metric, direction: oneOf(['up', 'down']), by: Type.Number(), withinS: WindowS }, strict),
  Type.Object({ type: Type.Literal('state'), metric, equals: Type.Boolean() }, strict),
  /** The event came so many times within the last `withinS` seconds. */
  Type.Object({ type: Type.Literal('event'), event: EventName, count: Type.Integer({ minimum: 1, maximum: 100 }), withinS: WindowS }, strict),
]);
export type RuleLeaf = Static<typeof RuleLeafSchema>;

/** `all` of them hold, `any` of them, or `not` a single one. */
export interface RuleGroup { op: 'all' | 'any' | 'not'; of: RuleCondition[] }
export type RuleCondition = RuleLeaf | RuleGroup;

/** Groups within groups, and leaves in all. The depth is in the schema: a deeper tree does not fit it. */
export const CONDITION_LIMITS = { depth: 4, leaves: 16, perGroup: 8 } as const;

const treeOf = (depth: number): ReturnType<typeof Type.Unsafe<RuleCondition>> => Type.Unsafe<RuleCondition>(depth === 0 ? RuleLeafSchema : Type.Union([
  ...RuleLeafSchema.anyOf,
  Type.Object({ op: oneOf(['all', 'any', 'not']), of: Type.Array(treeOf(depth - 1), { minItems: 1, maxItems: CONDITION_LIMITS.perGroup }) }, strict),
]));
export const RuleConditionSchema = treeOf(CONDITION_LIMITS.depth);

export const isGroup = (condition: RuleCondition): condition is RuleGroup => 'op' in condition;
/** Every leaf, from left to right. */
export const leavesOf = (condition: RuleCondition): RuleLeaf[] => isGroup(condition) ? condition.of.flatMap(leavesOf) : [condition];
