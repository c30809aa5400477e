import { Type, type Static } from 'typebox';
import { TIERS } from '../alerts.js';
import { wordsSchema } from '../blank.js';
import { CursorQuery, EditFields, EpochMsSchema, IdSchema, LimitQuery, TimeQuerySchema, listOf, oneOf } from './common.js';
import { UsernameSchema } from './identity.js';

const Within = Type.Integer({ minimum: 1, maximum: 604_800 });
/** Not acknowledged within `ackWithinS`, an alert moves up a tier with a fresh clock; acknowledged and not cleared within `resolveWithinS`, too. */
export const EscalationStepSchema = Type.Object({ ackWithinS: Within, resolveWithinS: Type.Optional(Within) }, { additionalProperties: false });

export type EscalationStep = Static<typeof EscalationStepSchema>;

/** A severity left out does not escalate. The policy of the nearest area above a device wins as a whole. */
export const EscalationPolicySchema = Type.Object({
  critical: Type.Optional(EscalationStepSchema), major: Type.Optional(EscalationStepSchema), minor: Type.Optional(EscalationStepSchema), warning: Type.Optional(EscalationStepSchema), info: Type.Optional(EscalationStepSchema),
}, { additionalProperties: false });
export type EscalationPolicy = Static<typeof EscalationPolicySchema>;
/** PUT /areas/{id}/escalation. `version`: that of the area's own policy as it was read, 0 where it had none of its own; another one by then is CHANGED_MEANWHILE. */
export const EscalationBodySchema = Type.Object({ ...EscalationPolicySchema.properties, version: EditFields.version }, { additionalProperties: false });
export type EscalationBody = Static<typeof EscalationBodySchema>;

/** GET /areas/{id}/escalation: the policy in force there; `from` is the area it is set on (absent: the hub's own defaults), `version` counts that area's edits (of the hub's own it is 1). */
export const EscalationAnswerSchema = Type.Object({
  ...EscalationPolicySchema.properties, from: Type.Optional(IdSchema), version: Type.Integer(), updatedAt: Type.Optional(EpochMsSchema), updatedBy: Type.Optional(Type.String()),
});
export type EscalationAnswer = Static<typeof EscalationAnswerSchema>;

/** Own defaults of the domain page: 2, 10 and 30 min for critical, major and minor. */
export const DEFAULT_ESCALATION: EscalationPolicy = { critical: { ackWithinS: 120 }, major: { ackWithinS: 600 }, minor: { ackWithinS: 1800 } };

export const TIME_OF_DAY_PATTERN = '^([01]\\d|2[0-3]):[0-5]\\d$';
const TimeOfDay = Type.String({ pattern: TIME_OF_DAY_PATTERN, description: 'Hours and minutes at UTC+8' });
/**
 * One shift of the calendar: on these weekdays (1 Monday … 7 Sunday) from `start` to `end`; an end that is not later is on the next day.
 * `users` are on duty for `tier` in `area` and below. `validFrom` and `validTo` limit it to a while.
 * `holidays`, of the calendar: `except`, not on them; `only`, on none but them; `also`, on them too, whatever the weekday. With it a moved working day is one where Monday to Friday are
 * all listed, and never a Saturday or Sunday, as for rules; without it the calendar is not asked. Answered, a shift has a `version`, counted from 1.
 */
export const NewShiftSchema = Type.Object({
  name: wordsSchema(64), tier: oneOf(TIERS), area: IdSchema,
  weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }), start: TimeOfDay, end: TimeOfDay,
  users: Type.Array(UsernameSchema, { minItems: 1, maxItems: 50 }), validFrom: Type.Optional(EpochMsSchema), validTo: Type.Optional(EpochMsSchema),
  holidays: Type.Optional(oneOf(['except', 'only', 'also'])), ...EditFields,
}, { additionalProperties: false });
export type NewShift = Static<typeof NewShiftSchema>;
export const ShiftSchema = Type.Object({ id: Type.String(), ...NewShiftSchema.properties, name: Type.String() });
export type Shift = Static<typeof ShiftSchema>;
export const ShiftListSchema = listOf(ShiftSchema);
/** GET /shifts: those of an area and below. */
export const ShiftQuerySchema = Type.Object({ area: Type.Optional(IdSchema) }, { additionalProperties: false });
/** GET /shifts/on-duty: of the caller's own area and now, unless told. */
export const OnDutyQuerySchema = Type.Object({ area: Type.Optional(IdSchema), at: Type.Optional(TimeQuerySchema) }, { additionalProperties: false });
/**
 * Who looks after an area at a time, by tier; `until` is when that shift ends. For each tier it is the nearest area above with a shift that runs then,
 * so a sub-district's night shift stands in where a community has none.
 */
export const OnDutySchema = Type.Object({ data: Type.Array(Type.Object({ tier: oneOf(TIERS), shift: Type.String(), name: Type.String(), area: IdSchema, users: Type.Array(Type.String()), until: EpochMsSchema })) });
export type OnDuty = Static<typeof OnDutySchema>;

/** GET /people: by user name, of those who may read alerts. With `area`, those who may be on duty there or have an alert there assigned; without, all who may be on duty anywhere within the caller's own area. */
export const PeopleQuerySchema = Type.Object({ area: Type.Optional(IdSchema) }, { additionalProperties: false });
export const PersonSchema = Type.Object({ username: Type.String(), name: Type.String() });
export type Person = Static<typeof PersonSchema>;
export const PeopleSchema = listOf(PersonSchema);

/** POST /maintenance: out of service (ISA-18.2) between two times; the devices of `area` and below, or those named (one of the two is given), raise nothing then. */
export const NewMaintenanceSchema = Type.Object({
  area: Type.Optional(IdSchema), devices: Type.Optional(Type.Array(IdSchema, { minItems: 1, maxItems: 1000 })), from: EpochMsSchema, to: EpochMsSchema,
  reason: wordsSchema(500),
}, { additionalProperties: false });
export type NewMaintenance = Static<typeof NewMaintenanceSchema>;
export const MaintenanceSchema = Type.Object({ id: Type.String(), ...NewMaintenanceSchema.properties, reason: Type.String(), by: Type.String(), at: EpochMsSchema, endedAt: Type.Optional(EpochMsSchema) });
export type Maintenance = Static<typeof MaintenanceSchema>;
export const MaintenanceListSchema = listOf(MaintenanceSchema);
/** GET /maintenance: newest first. `open=true`: neither over nor ended; `area`: those that concern it or what lies below it. */
export const MaintenanceQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), open: Type.Optional(Type.Enum(['true', 'false', '1', '0'])), limit: LimitQuery, cursor: CursorQuery,
}, { additionalProperties: false });
