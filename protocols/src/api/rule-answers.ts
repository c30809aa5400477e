import { Type, type Static } from 'typebox';
import { EditFields, EpochMsSchema, IdSchema, oneOf } from './common.js';
import { RuleSchema } from './rules.js';

/** One version of a rule, of GET /rules/{id}/versions: who wrote it and when. `rule` is absent where it was deleted. */
export const RuleVersionSchema = Type.Object({
  version: Type.Integer({ minimum: 1 }), at: EpochMsSchema, by: Type.String(), change: oneOf(['created', 'changed', 'deleted']), rule: Type.Optional(RuleSchema),
});
export type RuleVersion = Static<typeof RuleVersionSchema>;
const CountedRule = Type.Object({ id: IdSchema, devices: Type.Integer({ minimum: 0 }) });
/**
 * Answer of POST /rules/preview {rule}. Whom a rule would concern, before it is saved; only devices the caller may see are counted, retired ones are not. `devices` of `of` are in its scope, and on `inForce`
 * of them no nearer rule of its family stands in its way. `byArea` are the communities with most of them, `sample` some of their ids.
 * `overrides`: rules that would give way to it. `overriddenBy`: rules it would give way to.
 */
export const RulePreviewSchema = Type.Object({
  devices: Type.Integer({ minimum: 0 }), of: Type.Integer({ minimum: 0 }), inForce: Type.Integer({ minimum: 0 }), matchesEverything: Type.Boolean(),
  byKind: Type.Record(Type.String(), Type.Integer()), byArea: Type.Array(Type.Object({ area: IdSchema, name: Type.String(), devices: Type.Integer() })), sample: Type.Array(IdSchema),
  overrides: Type.Array(CountedRule), overriddenBy: Type.Array(CountedRule),
});
export type RulePreview = Static<typeof RulePreviewSchema>;

/** A holiday, or a Saturday or Sunday on which people work (调休), at UTC+8. */
export const CalendarDaySchema = Type.Object({
  date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), kind: oneOf(['holiday', 'workday']), name: Type.Optional(Type.String({ maxLength: 64 })),
}, { additionalProperties: false });
export type CalendarDay = Static<typeof CalendarDaySchema>;
/** GET and PUT /calendar: all of them, by date. Answered, it has a `version`: 0 as long as nobody replaced it since versions are counted. */
export const CalendarSchema = Type.Object({ days: Type.Array(CalendarDaySchema, { maxItems: 2000 }), ...EditFields }, { additionalProperties: false });
export type Calendar = Static<typeof CalendarSchema>;
