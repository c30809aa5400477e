import { Type, type Static } from 'typebox';
import { SEVERITIES } from '../alerts.js';
import { METRIC_KEYS } from '../metrics.js';
import { EpochMsSchema, IdSchema, TimeQuerySchema, oneOf } from './common.js';
import { RuleSchema } from './rules.js';

const TimeSchema = Type.Union([EpochMsSchema, TimeQuerySchema]);

/**
 * POST /rules/backtest → 202 Backtest: runs a rule over stored history, by default the last 30 days, at most 92, of all devices on which it would be in force;
 * with `area`, of those in it. Times as in queries, epoch ms or ISO 8601, or epoch ms as a number.
 */
export const NewBacktestSchema = Type.Object({ rule: RuleSchema, from: Type.Optional(TimeSchema), to: Type.Optional(TimeSchema), area: Type.Optional(IdSchema) }, { additionalProperties: false });
export type NewBacktest = Static<typeof NewBacktestSchema>;

export const BACKTEST_STATES = ['running', 'done', 'cancelled', 'failed'] as const;

/** What a rule would have done. */
export const BacktestResultSchema = Type.Object({
  alerts: Type.Integer(), devicesWithAlerts: Type.Integer(), bySeverity: Type.Array(Type.Object({ severity: oneOf(SEVERITIES), count: Type.Integer() })),
  /** New alerts of each day at UTC+8: `[start, count]`, days without one included. */
  perDay: Type.Array(Type.Tuple([EpochMsSchema, Type.Integer()])),
  /** Share of the 10 min slots, from where the history begins, with more than 10 new alerts (ISA-18.2 flood). */
  floodShare: Type.Number(),
  /** Some alerts, worst and longest first; `to` is absent when it still stood at the end. */
  examples: Type.Array(Type.Object({ device: IdSchema, severity: oneOf(SEVERITIES), from: EpochMsSchema, to: Type.Optional(EpochMsSchema), value: Type.Optional(Type.Number()), threshold: Type.Optional(Type.Number()) })),
});
export type BacktestResult = Static<typeof BacktestResultSchema>;

/**
 * GET /rules/backtest/{id}; DELETE cancels. Kept for an hour after it ended. `running` is also one that waits for another to end; `candidate` is there when it is
 * `done`, and `inForce`, the enabled stored version of the same rule over the same time, when there is one. `samples`: values and events read; `dataFrom`: when the history
 * that was read begins, which may be long after `from`; absent where there is none.
 */
export const BacktestSchema = Type.Object({
  id: Type.String(), state: oneOf(BACKTEST_STATES), /** 0–1. */ progress: Type.Number(), from: EpochMsSchema, to: EpochMsSchema,
  devices: Type.Integer(), samples: Type.Integer(), dataFrom: Type.Optional(EpochMsSchema), startedAt: EpochMsSchema, endedAt: Type.Optional(EpochMsSchema), /** Why it `failed`. */ error: Type.Optional(Type.String()), errorZh: Type.Optional(Type.String()),
  candidate: Type.Optional(BacktestResultSchema), inForce: Type.Optional(BacktestResultSchema),
  /** Values of the metric around the candidate's first examples, in their order, for a chart; absent for rules without one metric. */
  chart: Type.Optional(Type.Array(Type.Object({ device: IdSchema, metric: oneOf(METRIC_KEYS), points: Type.Array(Type.Tuple([EpochMsSchema, Type.Number()])) }))),
});
export type Backtest = Static<typeof BacktestSchema>;
