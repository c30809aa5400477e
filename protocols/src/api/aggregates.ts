import { Type, type Static } from 'typebox';
import { AREA_LEVELS } from '../areas.js';
import { METRIC_KEYS } from '../metrics.js';
import { CursorQuery, EpochMsSchema, IdSchema, TimeQuerySchema, oneOf } from './common.js';

/** Windows that are published; 1 min roll-ups are kept for them and for charts. Aligned to hours and days at UTC+8. */
export const AGGREGATE_WINDOWS = ['15m', '1h', '1d'] as const;
export type AggregateWindow = (typeof AGGREGATE_WINDOWS)[number];
export const WINDOW_MS: Readonly<Record<AggregateWindow, number>> = { '15m': 900_000, '1h': 3_600_000, '1d': 86_400_000 };

/** GET /aggregates. `since`: the `next` of the answer before; rows changed after it come again with a higher `revision`. */
export const AggregateQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), metric: Type.Optional(oneOf(METRIC_KEYS)), window: Type.Optional(oneOf(AGGREGATE_WINDOWS)),
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
