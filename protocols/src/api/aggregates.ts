import { Type, type Static } from 'typebox';
import { AREA_LEVELS } from '../areas.js';
import type { SEVERITIES } from '../alerts.js';
import { METRIC_KEYS } from '../metrics.js';
import { CursorQuery, EpochMsSchema, IdSchema, TimeQuerySchema, oneOf } from './common.js';

/** Windows that are published; finer ones are read from the telemetry store when a chart asks. Aligned to hours and days at UTC+8. */
export const AGGREGATE_WINDOWS = ['15m', '1h', '1d'] as const;
export type AggregateWindow = (typeof AGGREGATE_WINDOWS)[number];
export const WINDOW_MS: Readonly<Record<AggregateWindow, number>> = { '15m': 900_000, '1h': 3_600_000, '1d': 86_400_000 };

/**
 * GET /aggregates. `since`: the `next` of the answer before, asked with the same `area`, `metric`, `window` and `level`; rows changed after it come again with a higher `revision`.
 * `from` (included) and `to` (excluded) are about where windows start. Without `area`: every area in sight, of one `level` where that is given.
 */
export const AggregateQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), level: Type.Optional(oneOf(AREA_LEVELS)), metric: Type.Optional(oneOf(METRIC_KEYS)), window: Type.Optional(oneOf(AGGREGATE_WINDOWS)),
  from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 })), since: CursorQuery,
}, { additionalProperties: false });

/**
 * One window of one metric in one area, over all samples of the devices in it and below. `coverage`: received ÷ expected samples, 0–1. `revision` grows when late data
 * changes a published row.
 */
export const AggregateRowSchema = Type.Object({
  area: IdSchema, metric: oneOf(METRIC_KEYS), unit: Type.String(), window: oneOf(AGGREGATE_WINDOWS), start: EpochMsSchema, end: EpochMsSchema,
  count: Type.Integer(), mean: Type.Number(), min: Type.Number(), max: Type.Number(), last: Type.Number(), devices: Type.Integer(), coverage: Type.Number(), revision: Type.Integer({ minimum: 1 }),
});
export type AggregateRow = Static<typeof AggregateRowSchema>;
/** `next` is always there: the cursor to pass as `since` next time. Windows that end up to `watermark` are published. */
export const AggregateAnswerSchema = Type.Object({ data: Type.Array(AggregateRowSchema), next: Type.String(), watermark: EpochMsSchema });
export type AggregateAnswer = Static<typeof AggregateAnswerSchema>;

/** GET /aggregates/areas: what can be asked for, with freshness. */
export const AggregateAreaSchema = Type.Object({
  area: IdSchema, level: oneOf(AREA_LEVELS), parent: Type.Optional(IdSchema), name: Type.String(), nameEn: Type.Optional(Type.String()),
  metrics: Type.Array(oneOf(METRIC_KEYS)), devices: Type.Integer(), online: Type.Integer(), lastDataAt: Type.Optional(EpochMsSchema),
});
export const AggregateAreaListSchema = Type.Object({ data: Type.Array(AggregateAreaSchema), watermark: EpochMsSchema });
export type AggregateAreaList = Static<typeof AggregateAreaListSchema>;

/** Longest range of GET /aggregates/alerts, by window (ms). */
export const ALERT_WINDOW_RANGE_MS: Readonly<Record<AggregateWindow, number>> = { '15m': 7 * 86_400_000, '1h': 31 * 86_400_000, '1d': 92 * 86_400_000 };
/** GET /aggregates/alerts; the last 24 hours (days: 31 days) unless told. Without `area`: every area in sight. */
export const AggregateAlertQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), window: Type.Optional(oneOf(AGGREGATE_WINDOWS)), from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema),
}, { additionalProperties: false });
const Spread = Type.Object({ p50: Type.Optional(Type.Number()), p95: Type.Optional(Type.Number()), count: Type.Integer() });
/**
 * Alerts that were raised in one window, in one area and below; alerts grouped under a parent are not counted. `acknowledged` and `cleared`: how many of them have been until now.
 * Seconds from raised to first acknowledged and to cleared, of those. A window without alerts has no row.
 */
export const AggregateAlertRowSchema = Type.Object({
  area: IdSchema, window: oneOf(AGGREGATE_WINDOWS), start: EpochMsSchema, end: EpochMsSchema, raised: Type.Integer(),
  bySeverity: Type.Object({ critical: Type.Integer(), major: Type.Integer(), minor: Type.Integer(), warning: Type.Integer(), info: Type.Integer() } satisfies Record<(typeof SEVERITIES)[number], unknown>),
  acknowledged: Type.Integer(), cleared: Type.Integer(), toAcknowledge: Spread, toClear: Spread,
});
export type AggregateAlertRow = Static<typeof AggregateAlertRowSchema>;
export const AggregateAlertListSchema = Type.Object({ data: Type.Array(AggregateAlertRowSchema), asOf: EpochMsSchema });
export type AggregateAlertList = Static<typeof AggregateAlertListSchema>;

/** A cell about fewer different people than this is withheld. */
export const FEWEST_PEOPLE = 5;
/** Longest range of GET /aggregates/passages (ms). */
export const PASSAGE_RANGE_MS = 7 * 86_400_000;
/** GET /aggregates/passages; the last 24 hours unless told. Without `area`: every area in sight. */
export const PassageQuerySchema = Type.Object({ area: Type.Optional(IdSchema), from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema) }, { additionalProperties: false });
/**
 * Gate passages (`granted`) of one hour in a community; of an area above, the sum of what its communities show. A community's hour with fewer than FEWEST_PEOPLE different
 * people has no row, as if nobody had passed, and is in no sum: nothing can be worked out by taking one number from another.
 */
export const PassageRowSchema = Type.Object({ area: IdSchema, start: EpochMsSchema, end: EpochMsSchema, passages: Type.Integer() });
export type PassageRow = Static<typeof PassageRowSchema>;
export const PassageListSchema = Type.Object({ data: Type.Array(PassageRowSchema), watermark: EpochMsSchema });
export type PassageList = Static<typeof PassageListSchema>;
