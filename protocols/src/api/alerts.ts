import { Type, type Static } from 'typebox';
import { ALERT_CHANGES, SEVERITIES, TIERS } from '../alerts.js';
import { DEVICE_KINDS } from '../devices.js';
import { CursorQuery, EpochMsSchema, IdSchema, LabelSchema, LimitQuery, TimeQuerySchema, listOf, oneOf } from './common.js';

/** `kind` is the kind of the device; `seq` is the change that produced this state. */
export const AlertSchema = Type.Object({
  id: Type.String(), ruleId: Type.String(), deviceId: Type.Optional(IdSchema), area: IdSchema, kind: oneOf(DEVICE_KINDS),
  severity: oneOf(SEVERITIES), tier: oneOf(TIERS), active: Type.Boolean(), acked: Type.Boolean(), shelvedUntil: Type.Optional(EpochMsSchema),
  raisedAt: EpochMsSchema, lastAt: EpochMsSchema, count: Type.Integer(), value: Type.Optional(Type.Number()), threshold: Type.Optional(Type.Number()),
  message: LabelSchema, ackedBy: Type.Optional(Type.String()), ackedAt: Type.Optional(EpochMsSchema), clearedAt: Type.Optional(EpochMsSchema),
  groupId: Type.Optional(Type.String()), caseId: Type.Optional(Type.String()), seq: Type.Integer(),
});
export type Alert = Static<typeof AlertSchema>;
export const AlertListSchema = listOf(AlertSchema);

export const AlertTimelineEntrySchema = Type.Object({
  at: EpochMsSchema, change: oneOf(ALERT_CHANGES), by: Type.Optional(Type.String()), severity: Type.Optional(oneOf(SEVERITIES)),
  value: Type.Optional(Type.Number()), note: Type.Optional(Type.String()),
});
export type AlertTimelineEntry = Static<typeof AlertTimelineEntrySchema>;

/** GET /alerts/{id} */
export const AlertWithTimelineSchema = Type.Object({ ...AlertSchema.properties, timeline: Type.Array(AlertTimelineEntrySchema) });
export type AlertWithTimeline = Static<typeof AlertWithTimelineSchema>;

const BooleanQuery = Type.Enum(['true', 'false', '1', '0']);
/** GET /alerts: worst first, then newest. */
export const AlertQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), active: Type.Optional(BooleanQuery), acked: Type.Optional(BooleanQuery), severity: Type.Optional(oneOf(SEVERITIES)),
  tier: Type.Optional(oneOf(TIERS)), device: Type.Optional(IdSchema), top: Type.Optional(BooleanQuery),
  from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema), limit: LimitQuery, cursor: CursorQuery,
}, { additionalProperties: false });

/** Body of POST /alerts/{id}/ack, /unack and /comment. */
export const AlertNoteSchema = Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, { additionalProperties: false });
export const AlertCommentSchema = Type.Object({ note: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }) }, { additionalProperties: false });
