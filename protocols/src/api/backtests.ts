import { Type, type Static } from 'typebox';
import { SEVERITIES } from '../alerts.js';
import { METRIC_KEYS } from '../metrics.js';
import { EpochMsSchema, IdSchema, TimeQuerySchema, oneOf } from './common.js';
import { RuleSchema } from './rules.js';

/** POST /rules/backtest → 202: runs a rule over stored history, by default the last 30 days of all devices it concerns. Times as in queries: epoch ms or ISO 8601. */
export const NewBacktestSchema = Type.Object({ rule: RuleSchema, from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema), area: Type.Optional(IdSchema) }, { additionalProperties: false });

export const BACKTEST_STATES = ['running', 'done', 'cancelled', 'failed'] as const;

/** What a rule would have done. */
export const BacktestResultSchema = Type.Object({
  alerts: Type.Integer(), devicesWithAlerts: Type.Integer(), bySeverity: Type.Array(Type.Object({ severity: oneOf(SEVERITIES), count: Type.Integer() })),
  /** New alerts of each day at UTC+8: `[start, count]`, days without one included. */
  perDay: Type.Array(Type.Tuple([EpochMsSchema, Type.Integer()])),
  /** Share of the 10 min slots with more than 10 new alerts (ISA-18.2 flood). */
  floodShare: Type.Number(),
  /** Some alerts, worst and longest first; `to` is absent when it still stood at the end. */
  examples: Type.Array(Type.Object({ device: IdSchema, severity: oneOf(SEVERITIES), from: EpochMsSchema, to: Type.Optional(EpochMsSchema), value: Type.Optional(Type.Number()), threshold: Type.Optional(Type.Number()) })),
});
export type BacktestResult = Static<typeof BacktestResultSchema>;

/** GET /rules/backtest/{id}; DELETE cancels. `inForce` is the stored version of the same rule over the same time, when there is one. Kept for an hour after it ended. */
export const BacktestSchema = Type.Object({
  id: Type.String(), state: oneOf(BACKTEST_STATES), /** 0–1. */ progress: Type.Number(), from: EpochMsSchema, to: EpochMsSchema,
  devices: Type.Integer(), samples: Type.Integer(), startedAt: EpochMsSchema, endedAt: Type.Optional(EpochMsSchema), error: Type.Optional(Type.String()),
  candidate: Type.Optional(BacktestResultSchema), inForce: Type.Optional(BacktestResultSchema),
  /** Values of the metric around the first examples, for a chart; absent for rules without one metric. */
  chart: Type.Optional(Type.Array(Type.Object({ device: IdSchema, metric: oneOf(METRIC_KEYS), points: Type.Array(Type.Tuple([EpochMsSchema, Type.Number()])) }))),
});
export type Backtest = Static<typeof BacktestSchema>;
