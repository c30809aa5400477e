import type { DeviceId, EpochMs, EventRecord, MetricKey, Rule, TelemetryRecord } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import { watchEvents, watchSamples, type CompiledRule, type EventWatch, type SampleWatch } from './compile.js';
import { Condition, type ConditionSink } from './condition.js';
import { DeviceClock, type SavedClock } from './device-clock.js';
import type { KindRules } from './rule-index.js';

/** Events the last of which are remembered, so that a repeated one is known even after a restart. */
const RECENT_EVENTS = 64;

interface MetricMemory { lastTs: EpochMs; readonly watches: SampleWatch[] }
interface SilenceWatch { readonly condition: Condition; windowMs: number }
/** What is kept of a device across restarts, besides its conditions. `clock` is missing in what was written before there was one. */
export interface SavedSightings { lastTs: Partial<Record<MetricKey, EpochMs>>; events: string[]; clock?: SavedClock }

/** Stands for a metric or event that no rule of this kind of device names. */
const NONE: MetricMemory = { lastTs: Infinity, watches: [] };

/**
 * All that rules know of one device: its conditions, the newest time seen of each metric, the events seen.
 * Conditions are made when the first sample or event comes that concerns them, so that rules on metrics a device
 * doesn't have cost it no memory.
 */
export class DeviceMemory {
  /** By rule id; only those made so far. */
  readonly conditions = new Map<string, Condition>();
  /** False before acceptance, in maintenance and after retirement: nothing is raised. */
  isWatched = true;
  /** `lastTs` moved since it was saved; may be written a little later. */
  isAged = false;
  readonly #metrics = new Map<MetricKey, MetricMemory>();
  readonly #events = new Map<string, readonly EventWatch[]>();
  readonly #eventWatches = new Map<string, EventWatch>();
  readonly #silence: SilenceWatch[];
  #recentEvents: string[] = [];
  readonly #clock = new DeviceClock();

  constructor(public entry: DeviceEntry, private readonly rules: KindRules, private readonly sink: ConditionSink, /** Hub time of the last sign of life. */ public heardAt: EpochMs) {
    this.#silence = rules.silence.map((rule) => ({ condition: this.#make(rule), windowMs: silenceMs(rule, entry) }));
  }

  get id(): DeviceId { return this.entry.device.id; }

  /** The device's name, area or reporting interval changed; its kind never does. */
  update(entry: DeviceEntry): void {
    this.entry = entry;
    for (const watch of this.#silence) watch.windowMs = silenceMs(watch.condition.rule, entry);
  }

  /** A value not newer than the last one of its metric is late or a repetition and changes nothing, unless the device's clock was set back. */
  sample({ ts, at, values }: TelemetryRecord): void {
    this.#followClock(ts, at);
    let isFresh = false;
    for (const key in values) {
      const metric = this.#metrics.get(key as MetricKey) ?? this.#openMetric(key as MetricKey); // a record holds only keys of the catalogue
      if (ts <= metric.lastTs) continue;
      metric.lastTs = ts;
      isFresh = true;
      const value = values[key as MetricKey]!; // own key of `values`
      for (const watch of metric.watches) watch(ts, at, value);
    }
    if (!isFresh) return;
    this.#clock.accept(ts, at);
    this.isAged = true;
  }

  /** Answers whether a rule was concerned; then the memory has to be on disk together with the position. */
  event({ id, event, ts, at }: EventRecord): boolean {
    if (!this.rules.byEvent.has(event) || this.#recentEvents.includes(id)) return false;
    this.#recentEvents.push(id);
    if (this.#recentEvents.length > RECENT_EVENTS) this.#recentEvents.shift();
    this.#followClock(ts, at);
    for (const watch of this.#openEvent(event)) watch(event, ts, at);
    this.#clock.accept(ts, at);
    return true;
  }

  /** Something was received at hub time `at`: silence is over, unless it was received too long ago to prove that. */
  heard(at: EpochMs, now: EpochMs): void {
    if (at > this.heardAt) this.heardAt = at;
    for (const { condition, windowMs } of this.#silence) if (!condition.isIdle && at + windowMs >= now) condition.leave(true, now, now);
  }

  /** Raises silence when nothing was heard for the whole window, all of which the hub was listening. A device never heard isn't silent. */
  checkSilence(now: EpochMs, listeningSince: EpochMs, groupId?: string): void {
    if (this.heardAt === -Infinity) return;
    for (const { condition, windowMs } of this.#silence) {
      if (condition.isMet || Math.max(this.heardAt, listeningSince) + windowMs >= now) continue;
      condition.groupId = groupId;
      condition.enter(0, now, now, NaN);
    }
  }

  /** Windows of silence that have passed since it was heard; -1 when it can't be silent. */
  silentWindows(now: EpochMs, listeningSince: EpochMs): number {
    let shortestMs = Infinity;
    for (const { windowMs } of this.#silence) shortestMs = Math.min(shortestMs, windowMs);
    return this.heardAt === -Infinity || shortestMs === Infinity ? -1 : (now - Math.max(this.heardAt, listeningSince)) / shortestMs;
  }

  /** Its conditions of silence. */
  get silences(): Condition[] { return this.#silence.map(({ condition }) => condition); }

  /** After a step back of the hub's clock: nothing was heard or measured in the future, or all that follows would count as late. */
  limitTimes(now: EpochMs): void {
    this.heardAt = Math.min(this.heardAt, now);
    for (const metric of this.#metrics.values()) if (metric !== NONE) metric.lastTs = Math.min(metric.lastTs, now - 1); // a sample of this very moment is fresh
    for (const condition of this.conditions.values()) condition.limitTimes(now);
    this.#clock.limitTimes(now);
    this.isAged = true;
  }

  /** When the device's clock was set back, everything it said before counts as said no later than `ts`. */
  #followClock(ts: EpochMs, at: EpochMs): void {
    if (!this.#clock.isSetBack(ts, at, this.entry.device.reportingIntervalS * 1000)) return;
    this.#clock.setBack(ts, at);
    for (const metric of this.#metrics.values()) if (metric !== NONE) metric.lastTs = Math.min(metric.lastTs, ts - 1); // this very sample is fresh
    for (const condition of this.conditions.values()) if (condition.rule.silenceS === undefined) condition.limitDeviceTimes(ts); // silence knows hub time only
    this.isAged = true;
  }

  /** Ends alerts and delays; `note` says why in the timeline. */
  reset(at: EpochMs, note: string): void {
    for (const condition of this.conditions.values()) if (!condition.isIdle) condition.clear(at, note);
  }

  /** The rule's condition, made if need be; undefined when the rule isn't about this kind of device. */
  condition(ruleId: string): Condition | undefined {
    const rule = this.rules.byId.get(ruleId)?.rule;
    if (rule === undefined) return undefined;
    if ('metric' in rule) this.#openMetric(rule.metric);
    else if (rule.type === 'event') this.#openEvent(rule.event);
    return this.conditions.get(ruleId);
  }

  save(): SavedSightings {
    const lastTs: SavedSightings['lastTs'] = {};
    const clock = this.#clock.save();
    for (const [metric, memory] of this.#metrics) if (Number.isFinite(memory.lastTs)) lastTs[metric] = memory.lastTs;
    return { lastTs, events: this.#recentEvents, ...(clock === undefined ? {} : { clock }) };
  }

  load(saved: SavedSightings): void {
    // Cast: keys were written by `save`.
    for (const [metric, ts] of Object.entries(saved.lastTs) as [MetricKey, EpochMs][]) {
      const memory = this.#openMetric(metric);
      if (memory !== NONE) memory.lastTs = ts;
    }
    this.#recentEvents = saved.events;
    this.#clock.load(saved.clock, Math.max(...Object.values(saved.lastTs)));
  }

  #openMetric(metric: MetricKey): MetricMemory {
    const known = this.#metrics.get(metric);
    if (known !== undefined) return known;
    const watches = this.rules.byMetric.get(metric)?.map((rule) => watchSamples(only(rule.rule, ['threshold', 'state', 'rise']), this.#make(rule)));
    const opened = watches === undefined ? NONE : { lastTs: -Infinity, watches };
    this.#metrics.set(metric, opened);
    return opened;
  }

  /** Not kept for events that no rule names: those are words from outside. */
  #openEvent(event: string): readonly EventWatch[] {
    const known = this.#events.get(event);
    if (known !== undefined) return known;
    const watches = (this.rules.byEvent.get(event) ?? []).map((rule) => {
      const watch = this.#eventWatches.get(rule.rule.id) ?? watchEvents(only(rule.rule, ['event']), this.#make(rule));
      this.#eventWatches.set(rule.rule.id, watch);
      return watch;
    });
    if (watches.length > 0) this.#events.set(event, watches);
    return watches;
  }

  #make(rule: CompiledRule): Condition {
    const condition = new Condition(rule, this, this.sink);
    this.conditions.set(rule.rule.id, condition);
    return condition;
  }
}

const silenceMs = ({ silenceS }: CompiledRule, { device }: DeviceEntry): number => (silenceS?.(device.reportingIntervalS) ?? Infinity) * 1000;

/** Narrows a rule to the types its index entry guarantees. */
function only<T extends Rule['type']>(rule: Rule, types: readonly T[]): Extract<Rule, { type: T }> {
  if (!types.some((type) => type === rule.type)) throw new TypeError(`Rule ${rule.id} is indexed as ${types.join('/')}, but it is ${rule.type}.`);
  return rule as Extract<Rule, { type: T }>; // checked on the line above
}
