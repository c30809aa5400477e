import { Type, type Static } from 'typebox';
import { LIMITS } from '../limits.js';
import { CursorQuery, EpochMsSchema, TimeQuerySchema, listOf } from './common.js';

export const MetricValueSchema = Type.Union([Type.Number(), Type.Boolean()]);

/** GET /devices/{id}/latest */
export const LatestSchema = Type.Object({
  values: Type.Record(Type.String(), Type.Object({ ts: EpochMsSchema, value: MetricValueSchema, unit: Type.String() })),
});
export type Latest = Static<typeof LatestSchema>;

/** GET /devices/{id}/telemetry. Without `raw`: down-sampled to `points` with extremes kept. */
export const TelemetryQuerySchema = Type.Object({
  metric: Type.String({ minLength: 1, maxLength: 32 }),
  from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema),
  points: Type.Optional(Type.Integer({ minimum: 2, maximum: 5000, default: 500 })),
  raw: Type.Optional(Type.Enum(['0', '1', 'true', 'false'])),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.rawPageSize, default: 1000 })),
  cursor: CursorQuery,
}, { additionalProperties: false });

/** A point is [epoch ms, value]. */
export const PointSchema = Type.Unsafe<[number, number | boolean]>(Type.Array(Type.Union([Type.Number(), Type.Boolean()]), { minItems: 2, maxItems: 2 }));
export const TelemetrySchema = Type.Object({ metric: Type.String(), unit: Type.String(), points: Type.Array(PointSchema), next: Type.Optional(Type.String()) });
export type Telemetry = Static<typeof TelemetrySchema>;

/** GET /devices/{id}/events, newest first. */
export const EventQuerySchema = Type.Object({
  from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })), cursor: CursorQuery,
}, { additionalProperties: false });
export const DeviceEventSchema = Type.Object({
  id: Type.String(), ts: EpochMsSchema, type: Type.String(), data: Type.Record(Type.String(), Type.Unknown()),
});
export type DeviceEvent = Static<typeof DeviceEventSchema>;
export const DeviceEventListSchema = listOf(DeviceEventSchema);
