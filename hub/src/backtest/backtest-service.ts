import { ERRORS, METRIC_KEYS, type AreaId, type Backtest, type EpochMs, type Label, type MetricKey, type Rule } from '@liandong/protocols';
import type { IdSource } from '../alerts/alert-ids.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Days } from '../calendar/day-calendar.js';
import { minuteInWords, type Clock } from '../clock.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Feature } from '../feature.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError, fieldError } from '../problem.js';
import { emptyPast, longRange } from '../range-errors.js';
import { compileRule, type CompiledRule } from '../rules/compile.js';
import { ruleSetOf } from '../rules/rule-set.js';
import type { RuleService } from '../rules/rule-service.js';
import type { TelemetryStore } from '../telemetry/types.js';
import { doBacktest, type BacktestJob, type BacktestTask } from './backtest-job.js';
import { devicesUnder, hasHistory } from './contenders.js';
import { Jobs } from './jobs.js';
import type { Contender } from './run-backtest.js';
import { Tally } from './tally.js';

/** A range that is left open ends now and lasts 30 days. */
export interface BacktestAsk { readonly rule: Rule; readonly from?: EpochMs; readonly to?: EpochMs; /** Devices in it, or anywhere. */ readonly area?: AreaId }

/**
 * Shows what a rule would have done, beside the version in force, before it is saved. Runs one after the other; what has ended is kept for an hour.
 * Somebody bound to an area tries rules on devices in it, and sees back-tests of it only: others are BACKTEST_NOT_FOUND.
 */
export interface BacktestService extends Feature {
  /**
   * Throws what writing the rule would (RULE_INVALID), AREA_NOT_FOUND, VALIDATION_FAILED for a range that is none, is longer than 92 days or lies before all that is kept, TOO_MANY_REQUESTS when three wait
   * already.
   */
  create(principal: Principal, ask: BacktestAsk): Promise<Backtest>;
  get(principal: Principal, id: string): Backtest;
  /** One that has ended stays as it is. */
  cancel(principal: Principal, id: string): void;
}

export interface BacktestDependencies {
  readonly rules: Pick<RuleService, 'candidacy'>;
  readonly telemetry: Pick<TelemetryStore, 'scan' | 'history' | 'raw'>;
  readonly directory: DeviceDirectory;
  readonly areas: AreaTree;
  readonly days: Days;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Time that passes, in ms. */
  readonly stopwatch: () => number;
  /** How long values and events are kept. */
  readonly kept: { readonly telemetryMs: number; readonly eventsMs: number };
  /** Told of a failure that isn't the store's. */
  readonly onError: (error: unknown) => void;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 92;

export function createBacktestService({ rules, telemetry, directory, areas, days, clock, ids, stopwatch, kept, onError }: BacktestDependencies): BacktestService {
  const jobs = new Jobs<BacktestJob>({ clock, run: (job, signal) => doBacktest(job, signal, { telemetry, stopwatch, wordsOf }) });

  function wordsOf(error: unknown): Label {
    if (!(error instanceof AppError) || error.code !== 'STORE_UNAVAILABLE') { onError(error); return { zh: ERRORS.INTERNAL.zh, en: ERRORS.INTERNAL.en }; }
    const { zh, en } = ERRORS[error.code];
    // What the store's own driver says stays as it is, for whoever mends it.
    const cause = error.cause instanceof Error ? error.cause.message.split('\n')[0] : undefined;
    return cause === undefined ? { zh, en } : { zh: `${zh}：${cause}`, en: `${en}: ${cause}` };
  }

  function rangeOf({ from, to }: BacktestAsk): { from: EpochMs; to: EpochMs } {
    const now = clock.now();
    const end = Math.min(to ?? now, now);
    const start = from ?? end - DEFAULT_DAYS * DAY_MS;
    if (start >= end) throw emptyPast(end);
    if (end - start > MOST_DAYS * DAY_MS) throw longRange(end - MOST_DAYS * DAY_MS, { zh: `回测最长 ${MOST_DAYS} 天。`, en: `\`from\` and \`to\` may be ${MOST_DAYS} days apart at most.` });
    return { from: start, to: end };
  }

  /** Of what is read, something must be kept of that time: an answer of zeros would look as if nothing had happened then. Answers from when on. */
  function requireKept({ metrics, events }: Heard, { from, to }: { from: EpochMs; to: EpochMs }): EpochMs {
    const longest = Math.max(metrics.length > 0 ? kept.telemetryMs : 0, events === 'all' || events.length > 0 ? kept.eventsMs : 0);
    const since = clock.now() - longest;
    if (to > since) return Math.max(from, since);
    const [zh, en] = [minuteInWords(since), new Date(since).toISOString()];
    throw fieldError('/to', { zh: `这条规则用到的数据只保留到 ${zh}，更早的已经没有；请把结束时间改到那之后。`, en: `What the rule is about is kept from ${en} on; \`to\` must be later than that.` }, { keyword: 'minimum', limit: since + 1 });
  }

  /** @throws AppError AREA_NOT_FOUND */
  function areaOf(principal: Principal, asked: AreaId | undefined): AreaId | undefined {
    areas.requireVisible(principal, asked);
    return asked ?? principal.area;
  }

  async function taskOf(principal: Principal, { rule: asked }: BacktestAsk, area: AreaId | undefined, range: { from: EpochMs; to: EpochMs }): Promise<BacktestTask> {
    const { rule, stored, others } = await rules.candidacy(principal, asked);
    const entries = [...directory.values()].filter((entry) => hasHistory(entry) && (area === undefined || areas.contains(area, entry.device.area)));
    const contend = async (version: Rule, compiled: CompiledRule): Promise<Contender> =>
      ({ rules: ruleSetOf([compiled]), devices: await devicesUnder(version, others, entries, areas), tally: new Tally(range) });
    const compiled = compileRule(rule, days);
    const before = stored?.enabled === true ? compileRule(stored, days) : undefined;
    const versions = [compiled, ...(before === undefined ? [] : [before])];
    const heard = heardBy(versions);
    const keptFrom = requireKept(heard, range);
    const candidate = await contend(rule, compiled);
    const inForce = before === undefined || stored === undefined ? undefined : await contend(stored, before);
    return {
      ...range, candidate, inForce, contenders: [candidate, ...(inForce === undefined ? [] : [inForce])], ...heard,
      devices: entries.filter(({ device: { id } }) => candidate.devices.has(id) || inForce?.devices.has(id) === true), charted: oneMetric(versions), keptFrom,
    };
  }

  function find(principal: Principal, id: string): BacktestJob {
    const job = jobs.find(id);
    const isForeign = principal.area !== undefined && (job?.area === undefined || !areas.contains(principal.area, job.area));
    if (job === undefined || isForeign) throw new AppError('BACKTEST_NOT_FOUND', { zh: '没有这次回测；结束的回测只保留一小时。', en: `There is no back-test ${id}; one that has ended is kept for an hour.` });
    return job;
  }

  const viewOf = ({ view, endedAt }: BacktestJob): Backtest => ({ ...view, ...(endedAt === undefined ? {} : { endedAt }) });

  return {
    start: () => jobs.start(),
    stop: () => jobs.stop(),

    async create(principal, ask) {
      requirePermission(principal, 'rule:write');
      const area = areaOf(principal, ask.area);
      const range = rangeOf(ask);
      const task = await taskOf(principal, ask, area, range);
      const id = ids();
      const job: BacktestJob = { id, area, task, view: { id, state: 'running', progress: 0, ...range, devices: task.devices.length, samples: 0, startedAt: clock.now() } };
      jobs.add(job);
      return viewOf(job);
    },

    get(principal, id) {
      requirePermission(principal, 'rule:write');
      return viewOf(find(principal, id));
    },

    cancel(principal, id) {
      requirePermission(principal, 'rule:write');
      jobs.cancel(find(principal, id).id);
    },
  };
}

type Heard = Pick<BacktestTask, 'metrics' | 'events'>;
/** Silence is the lack of anything at all. */
function heardBy(versions: readonly CompiledRule[]): Heard {
  if (versions.some(({ silenceS }) => silenceS !== undefined)) return { metrics: METRIC_KEYS, events: 'all' };
  return { metrics: [...new Set(versions.flatMap(({ metrics }) => metrics))], events: [...new Set(versions.flatMap(({ events }) => events))] };
}

function oneMetric(versions: readonly CompiledRule[]): MetricKey | undefined {
  const [metrics] = versions.map((version) => version.metrics);
  return metrics?.length === 1 ? metrics[0] : undefined;
}
