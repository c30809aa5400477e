import { Type, type Static } from 'typebox';
import { ALERT_CHANGES, ALERT_ENDS, CLOCK_KINDS, SEVERITIES, TIERS } from '../alerts.js';
import { noteSchema, wordsSchema } from '../blank.js';
import { DEVICE_KINDS } from '../devices.js';
import { METRIC_KEYS } from '../metrics.js';
import { CursorQuery, EpochMsSchema, IdSchema, LabelSchema, LimitQuery, TimeQuerySchema, listOf, oneOf } from './common.js';
import { RULE_TYPES } from './rules.js';

/**
 * When an alert moves up a tier. `dueAt` is absent while the clock stands (shelved, inhibited, or grouped under a parent); `leftMs` is then what is left.
 * `periodMs` is the whole of it. Without any of the three nothing runs out: the city has it, its severity does not escalate, or it was acknowledged and need not be resolved by a time.
 * The policy is the version in force when the alert was raised: a later edit does not change it. Without `policyArea` it is the hub's own.
 */
export const AlertClockSchema = Type.Object({
  kind: oneOf(CLOCK_KINDS), dueAt: Type.Optional(EpochMsSchema), leftMs: Type.Optional(Type.Integer({ minimum: 0 })), periodMs: Type.Optional(Type.Integer({ minimum: 0 })),
  policyArea: Type.Optional(IdSchema), policyVersion: Type.Integer({ minimum: 1 }),
});
export type AlertClock = Static<typeof AlertClockSchema>;

/**
 * `kind` is the kind of the device; `seq` is the change that produced this state. `inhibitedBy`: the alert that makes this one pointless to act on, or did until this one cleared.
 * `isChattering`: it comes and goes, so it is held active until it has been quiet for a minute. `manualClear`: a person may clear it.
 * `isWithheld`: its edge raised it while its device was out of service, and nobody was told; it is not active.
 * `endedBy`: it is not active because of that, and not because its condition has recovered or somebody cleared it; gone when it is raised again.
 */
export const AlertSchema = Type.Object({
  id: Type.String(), ruleId: Type.String(), deviceId: Type.Optional(IdSchema), area: IdSchema, kind: oneOf(DEVICE_KINDS),
  severity: oneOf(SEVERITIES), tier: oneOf(TIERS), active: Type.Boolean(), acked: Type.Boolean(), shelvedUntil: Type.Optional(EpochMsSchema),
  raisedAt: EpochMsSchema, lastAt: EpochMsSchema, count: Type.Integer(), value: Type.Optional(Type.Number()), threshold: Type.Optional(Type.Number()),
  message: LabelSchema, ackedBy: Type.Optional(Type.String()), ackedAt: Type.Optional(EpochMsSchema), clearedAt: Type.Optional(EpochMsSchema),
  groupId: Type.Optional(Type.String()), caseId: Type.Optional(Type.String()), seq: Type.Integer(),
  shelvedBy: Type.Optional(Type.String()), shelveReason: Type.Optional(Type.String()), assignee: Type.Optional(Type.String()), inhibitedBy: Type.Optional(Type.String()),
  isChattering: Type.Optional(Type.Boolean()), manualClear: Type.Optional(Type.Boolean()), ruleVersion: Type.Optional(Type.Integer()), clock: Type.Optional(AlertClockSchema),
  isWithheld: Type.Optional(Type.Boolean()), endedBy: Type.Optional(oneOf(ALERT_ENDS)),
});
export type Alert = Static<typeof AlertSchema>;
export const AlertListSchema = listOf(AlertSchema);

/** `alertId`: the parent of `grouped`, the cause of `inhibited`. `endedBy`: of `cleared`, as on the alert. `byName` and `assigneeName`: what those people are called, where they are users. */
export const AlertTimelineEntrySchema = Type.Object({
  at: EpochMsSchema, change: oneOf(ALERT_CHANGES), by: Type.Optional(Type.String()), severity: Type.Optional(oneOf(SEVERITIES)),
  value: Type.Optional(Type.Number()), note: Type.Optional(Type.String()), tier: Type.Optional(oneOf(TIERS)), assignee: Type.Optional(Type.String()), until: Type.Optional(EpochMsSchema),
  alertId: Type.Optional(Type.String()), endedBy: Type.Optional(oneOf(ALERT_ENDS)), byName: Type.Optional(Type.String()), assigneeName: Type.Optional(Type.String()),
});
export type AlertTimelineEntry = Static<typeof AlertTimelineEntrySchema>;

/**
 * What raised an alert, as far as it takes to tell what its `value` and `threshold` are: of a `change` they are not values of `metric` but how far it went one way (`direction`) within `withinS` seconds,
 * of an `event` how often it came within them, of `silence` seconds, of `aqi` an index. `metric` is the one to look at, the first of several; absent where none is.
 */
export const AlertConditionSchema = Type.Object({
  type: oneOf(RULE_TYPES), metric: Type.Optional(oneOf(METRIC_KEYS)), direction: Type.Optional(oneOf(['up', 'down'])), withinS: Type.Optional(Type.Integer()), count: Type.Optional(Type.Integer()),
});
export type AlertCondition = Static<typeof AlertConditionSchema>;

/** GET /alerts/{id}. `condition` is of the rule as it was, also for those who may not read rules; absent where the hub no longer knows it, and of alerts without one. */
export const AlertWithTimelineSchema = Type.Object({ ...AlertSchema.properties, timeline: Type.Array(AlertTimelineEntrySchema), condition: Type.Optional(AlertConditionSchema) });
export type AlertWithTimeline = Static<typeof AlertWithTimelineSchema>;

const BooleanQuery = Type.Enum(['true', 'false', '1', '0']);
/** GET /alerts: worst first, then newest. `top` leaves out what is grouped under or inhibited by another alert, or withheld; `stale`: active for a day; `ended`: has `endedBy`, or (`false`) has not. `from` and `to` are of raising, `clearedFrom` of clearing. */
export const AlertQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), active: Type.Optional(BooleanQuery), acked: Type.Optional(BooleanQuery), severity: Type.Optional(oneOf(SEVERITIES)),
  tier: Type.Optional(oneOf(TIERS)), device: Type.Optional(IdSchema), top: Type.Optional(BooleanQuery), stale: Type.Optional(BooleanQuery), ended: Type.Optional(BooleanQuery),
  from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema), clearedFrom: Type.Optional(TimeQuerySchema), limit: LimitQuery, cursor: CursorQuery,
}, { additionalProperties: false });

/** Body of POST /alerts/{id}/ack, /unack, /unshelve and /escalate; of /comment and /clear with a note that must be there. */
export const AlertNoteSchema = Type.Object({ note: Type.Optional(noteSchema(500)) }, { additionalProperties: false });
export const AlertCommentSchema = Type.Object({ note: wordsSchema(500) }, { additionalProperties: false });

/** Body of POST /alerts/{id}/shelve: until a time or for so long (a week at most), and why (ISA-18.2: shelving is by an operator, timed, with a reason). */
export const AlertShelveSchema = Type.Object({
  until: Type.Optional(EpochMsSchema), durationS: Type.Optional(Type.Integer({ minimum: 60, maximum: 604_800 })), reason: wordsSchema(500),
}, { additionalProperties: false });
export type AlertShelve = Static<typeof AlertShelveSchema>;
/** Body of POST /alerts/{id}/assign; `null` takes the assignment back. */
export const AlertAssignSchema = Type.Object({ assignee: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]), note: Type.Optional(noteSchema(500)) }, { additionalProperties: false });
export type AlertAssign = Static<typeof AlertAssignSchema>;

/** Body of POST /alerts/ack: many at once. Answers each by itself, in order: `alert` as it is now, or `code` of why not. */
export const BulkAckSchema = Type.Object({ ids: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 500 }), note: Type.Optional(noteSchema(500)) }, { additionalProperties: false });
export const BulkAckAnswerSchema = Type.Object({ data: Type.Array(Type.Object({ id: Type.String(), alert: Type.Optional(AlertSchema), code: Type.Optional(Type.String()) })) });
export type BulkAckAnswer = Static<typeof BulkAckAnswerSchema>;
