import { Type, type Static } from 'typebox';
import { SEVERITIES, TIERS } from '../alerts.js';
import { EpochMsSchema, IdSchema, TimeQuerySchema, oneOf } from './common.js';
import { AlertSchema } from './alerts.js';

/** Query of GET /alerts/kpi and GET /alerts/handover; the last 24 h (of handover: 8 h) unless told. */
export const AlertReportQuerySchema = Type.Object({ area: Type.Optional(IdSchema), from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema), operators: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) }, { additionalProperties: false });

/** Longest range of a report. */
export const REPORT_DAYS = 92;
/** A handover lists at most so many alerts, escalations or notes each; its counts are of all. */
export const HANDOVER_ROWS = 500;
/** It groups each of its lists into at most so many, and names so many alerts of each group; its counts are of all. */
export const HANDOVER_GROUPS = 40;
export const HANDOVER_NAMED = 10;

const Spread = Type.Object({ p50: Type.Optional(Type.Number()), p95: Type.Optional(Type.Number()), count: Type.Integer() });
/** Alarm system performance after ISA-18.2 (clause 16): targets of the domain page stand beside what was. Times in seconds, shares 0–1. */
export const AlertKpiSchema = Type.Object({
  area: Type.Optional(IdSchema), from: EpochMsSchema, to: EpochMsSchema, operators: Type.Integer(),
  /** New top alerts; children of a parent are not counted. */
  raised: Type.Integer(),
  /** Per operator and 10 min: target about 1, at most 2. `max` is of the fullest slot. */
  per10Min: Type.Object({ mean: Type.Number(), max: Type.Number() }),
  /** Share of the 10 min slots with more than 10 new alerts per operator: target under 0.01. */
  floodShare: Type.Number(),
  /** Active for over 24 h now: target under 5. */
  stale: Type.Integer(),
  /** Alerts that chattered: target 0. */
  chattering: Type.Integer(),
  bySeverity: Type.Array(Type.Object({ severity: oneOf(SEVERITIES), count: Type.Integer(), share: Type.Number() })),
  /** Seconds from raised to first acknowledged and to cleared, of those that were; what ended without having recovered (`endedBy`) has not cleared. Between two ranks it is interpolated. */
  toAcknowledge: Spread, toClear: Spread,
  /** The ten that made most of the load. */
  worst: Type.Array(Type.Object({ ruleId: Type.String(), deviceId: Type.Optional(IdSchema), area: IdSchema, count: Type.Integer() })),
  /** New alerts per 10 min slot, empty ones too: `[start, count]`. Slots are counted from `from`; the last may be shorter. */
  slots: Type.Array(Type.Tuple([EpochMsSchema, Type.Integer()])),
});
export type AlertKpi = Static<typeof AlertKpiSchema>;

/** The alerts of one rule in one community. */
const HandoverGroup = Type.Object({
  ruleId: Type.String(),
  /** The community; of an alert that lies in none, its own area. */
  area: IdSchema,
  /** Of the worst of them. */
  severity: oneOf(SEVERITIES), count: Type.Integer(), oldestAt: EpochMsSchema,
  /** The worst, and of these the oldest, first. */
  alerts: Type.Array(AlertSchema),
});
export type HandoverGroup = Static<typeof HandoverGroup>;
/** A list by groups, those with the worst and then oldest alert first; `total` counts what is in no group either. */
const HandoverGroups = Type.Object({ total: Type.Integer(), groups: Type.Array(HandoverGroup) });
export type HandoverGroups = Static<typeof HandoverGroups>;

/** What one shift hands to the next. */
export const HandoverSchema = Type.Object({
  area: Type.Optional(IdSchema), from: EpochMsSchema, to: EpochMsSchema,
  /** Alerts to which that happened in the range. Children of a parent are not counted, nor listed below. */
  raised: Type.Integer(), acked: Type.Integer(), cleared: Type.Integer(), escalated: Type.Integer(),
  /** That ended without having recovered, as `endedBy` says. They are not among those that cleared. */
  ended: Type.Integer(),
  /** How many are open now, and of these not acknowledged and shelved, and how many cleared unacknowledged, whatever is listed. */
  totals: Type.Object({ open: Type.Integer(), unacked: Type.Integer(), shelved: Type.Integer(), returned: Type.Integer() }),
  /** Open now, worst first. */
  open: Type.Array(AlertSchema), unacked: Type.Array(AlertSchema), shelved: Type.Array(AlertSchema),
  /** Critical and major ones that cleared in the range, and did not only end, and nobody has acknowledged them to this moment; worst first. */
  returned: Type.Array(AlertSchema),
  /** The same by rule and community, so that a storm is a few lines. Each alert stands once: what is shelved under `shelved`, of the rest `open` are the acknowledged ones. */
  groups: Type.Object({ unacked: HandoverGroups, returned: HandoverGroups, open: HandoverGroups, shelved: HandoverGroups }),
  /** Who acknowledged how often, and the median of the seconds from raised to that. */
  people: Type.Array(Type.Object({ name: Type.String(), acked: Type.Integer(), medianS: Type.Optional(Type.Number()) })),
  escalations: Type.Array(Type.Object({ alert: AlertSchema, at: EpochMsSchema, tier: oneOf(TIERS) })),
  /** `alert` is as it is now, also when it has cleared. `more`: of how many further alerts the same was written in one go, as with an acknowledgement of many. */
  notes: Type.Array(Type.Object({ alertId: Type.String(), alert: Type.Optional(AlertSchema), at: EpochMsSchema, by: Type.String(), note: Type.String(), more: Type.Optional(Type.Integer()) })),
});
export type Handover = Static<typeof HandoverSchema>;
