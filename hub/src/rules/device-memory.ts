import type { DeviceId, EpochMs, EventRecord, JournalRecord, MetricKey, Seq, TelemetryRecord } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import { hearsOf, type CompiledRule } from './compile.js';
import { Condition } from './condition.js';
import type { ConditionSink } from './condition-sink.js';
import { DeviceClock, type SavedClock } from './device-clock.js';
import type { Ending } from './ending.js';
import type { RuleSet } from './rule-set.js';
import { bindRule, type Binding, type EventWatch, type SampleWatch } from './watches.js';

/** What an edge received longer ago than this, or than two reports of its device, tells of the past and raises nothing. */
const STALE_MS = 10 * 60_000;
const STALE_REPORTS = 2;
/** Events the last of which are remembered, so that a repeated one is known even after a restart. */
const RECENT_EVENTS = 64;

interface MetricMemory { lastTs: EpochMs; watches: readonly SampleWatch[] }
/** A condition over several values: judged once when all of a message is in. */
export interface Judge { isDue: boolean; judge(ts: EpochMs, at: EpochMs): void }
/** What became of a condition whose rule was changed, or is no longer in force here. */
export interface Succession { readonly before: Condition; readonly after: Condition | undefined }
export type Origin = 'direct' | 'edge' | 'stale';
interface SilenceWatch { readonly condition: Condition; windowMs: number }
/**
 * What is kept of a device across restarts, besides its conditions. `clock` is missing in what was written before there was one. `upTo`: of a device whose records were dealt with
 * before their turn, the last one that is in what is written; the evaluator's position comes there later. `reader`: whose position, as sequences are of one journal.
 */
export interface SavedSightings { lastTs: Partial<Record<MetricKey, EpochMs>>; events: string[]; clock?: SavedClock; upTo?: DoneUpTo }
export interface DoneUpTo { readonly reader: string; readonly seq: Seq }

/** Stands for a metric that no rule on this device names. */
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
  /** False before acceptance and after retirement: what it sends doesn't count. In maintenance it does, as far as it tells what stands when that is over. */
  isFollowed = true;
  /** Its records up to here have had their effect here, before their turn. */
  doneUpTo: DoneUpTo | undefined;
  /**
   * How what is being taken came; see `originOf`. `edge`: its edge has evaluated the local rules already. `stale`: and it waited there for so long that it raises nothing, though it may end things.
   */
  origin: Origin = 'direct';
  /** `lastTs` moved since it was saved; may be written a little later. */
  isAged = false;
  readonly #metrics = new Map<MetricKey, MetricMemory>();
  readonly #events = new Map<string, readonly EventWatch[]>();
  /** By rule id, as the conditions. */
  readonly #bindings = new Map<string, Binding>();
  #unjudged: Judge[] = [];
  #silence: SilenceWatch[];
  #recentEvents: string[] = [];
  readonly #clock = new DeviceClock();

  constructor(public entry: DeviceEntry, private rules: RuleSet, private readonly sink: ConditionSink, /** Hub time of the last sign of life. */ public heardAt: EpochMs) {
    this.#silence = this.#watchSilence();
  }

  get id(): DeviceId { return this.entry.device.id; }

  /** The device's name, area or reporting interval changed; its kind never does. */
  update(entry: DeviceEntry): void {
    this.entry = entry;
    for (const watch of this.#silence) watch.windowMs = silenceMs(watch.condition.rule, entry);
  }

  /** The rules in force on it. */
  get ruleSet(): RuleSet { return this.rules; }

  /**
   * Other rules are in force from now on. Conditions of rules that stay as they are keep all they know. A condition of another version takes over the alert,
   * and what was remembered where nothing it depends on has changed; the rest are left to the caller to end, and so is one whose rule now listens to other things altogether.
   */
  useRules(rules: RuleSet): Succession[] {
    this.rules = rules;
    const replaced = [...this.conditions.values()].filter((condition) => rules.byId.get(condition.rule.rule.id) !== condition.rule);
    for (const { rule: { rule: { id } } } of replaced) {
      this.conditions.delete(id);
      this.#bindings.delete(id);
    }
    this.#silence = this.#watchSilence();
    this.#events.clear();
    for (const [metric, memory] of this.#metrics) {
      if (memory !== NONE) memory.watches = this.#watchesOf(metric);
      else if (rules.byMetric.has(metric)) this.#metrics.delete(metric);
    }
    return replaced.map((before) => ({ before, after: this.#succeed(before) }));
  }

  #succeed(before: Condition): Condition | undefined {
    const after = this.condition(before.rule.rule.id);
    if (after === undefined || !hearsOf(before.rule, after.rule)) return undefined;
    if (before.active !== undefined) after.adopt(before.active);
    const saved = before.rule.core === after.rule.core ? before.save() : undefined;
    if (saved !== undefined) after.load(saved);
    after.isSaved = before.isSaved;
    this.sink.changed(after);
    if (after.isWaiting) this.sink.wait(after);
    return after;
  }

  originOf({ edge, at }: JournalRecord, now: EpochMs): Origin {
    return edge === undefined ? 'direct' : now - at > Math.max(STALE_MS, STALE_REPORTS * this.entry.device.reportingIntervalS * 1000) ? 'stale' : 'edge';
  }

  /** Has this record of the reader's journal had its effect already? */
  hasDone(reader: string, seq: Seq): boolean {
    return this.doneUpTo !== undefined && seq <= this.doneUpTo.seq && this.doneUpTo.reader === reader;
  }

  /** Its records up to there have had their effect. */
  noteDone(upTo: DoneUpTo): void {
    if (!this.hasDone(upTo.reader, upTo.seq)) this.doneUpTo = upTo;
  }

  /** To be judged when all of this message is in. */
  judgeLater(judge: Judge): void {
    if (judge.isDue) return;
    judge.isDue = true;
    this.#unjudged.push(judge);
  }

  #judge(ts: EpochMs, at: EpochMs): void {
    const due = this.#unjudged;
    this.#unjudged = [];
    for (const judge of due) {
      judge.isDue = false;
      judge.judge(ts, at);
    }
  }

  /** A value not newer than the last one of its metric is late or a repetition and changes nothing, unless the device's clock was set back. */
  sample({ ts, at, values }: TelemetryRecord): void {
    this.#followClock(ts, at);
    let isFresh = false;
    for (const key in values) {
      const metric = this.#metrics.get(key as MetricKey) ?? this.#openMetric(key as MetricKey); // a record holds only keys of the catalogue
      const value = values[key as MetricKey]!; // own key of `values`
      if (ts <= metric.lastTs || Number.isNaN(value)) continue;
      metric.lastTs = ts;
      isFresh = true;
      for (const watch of metric.watches) watch(ts, at, value);
    }
    if (!isFresh) return;
    if (this.#unjudged.length > 0) this.#judge(ts, at);
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
    if (this.#unjudged.length > 0) this.#judge(ts, at);
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
    for (const watch of this.#silence) {
      if (!this.#isNewlySilent(watch, now, listeningSince)) continue;
      watch.condition.groupId = groupId;
      watch.condition.enter(0, now, now, NaN);
    }
  }

  /** Would `checkSilence` find something? */
  isFallingSilent(now: EpochMs, listeningSince: EpochMs): boolean { return this.#silence.some((watch) => this.#isNewlySilent(watch, now, listeningSince)); }

  #isNewlySilent({ condition, windowMs }: SilenceWatch, now: EpochMs, listeningSince: EpochMs): boolean {
    return this.heardAt !== -Infinity && !condition.isMet && Math.max(this.heardAt, listeningSince) + windowMs < now && isInForce(condition, now);
  }

  /** Windows of silence that have passed since it was heard, the shortest of the rules that hold now; -1 when it can't be silent. */
  silentWindows(now: EpochMs, listeningSince: EpochMs): number {
    let shortestMs = Infinity;
    for (const { condition, windowMs } of this.#silence) if (windowMs < shortestMs && isInForce(condition, now)) shortestMs = windowMs;
    return this.heardAt === -Infinity || shortestMs === Infinity ? -1 : (now - Math.max(this.heardAt, listeningSince)) / shortestMs;
  }

  /** The shortest time without a word that counts as silence; Infinity when none does. */
  get silenceWindowMs(): number {
    let shortestMs = Infinity;
    for (const { windowMs } of this.#silence) shortestMs = Math.min(shortestMs, windowMs);
    return shortestMs;
  }

  /** Hub time after which it is silent for a rule that doesn't hold it to be so yet; Infinity when there is none. */
  get silentAfter(): EpochMs {
    let after = Infinity;
    if (this.heardAt !== -Infinity) for (const { condition, windowMs } of this.#silence) if (!condition.isMet) after = Math.min(after, this.heardAt + windowMs);
    return after;
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

  /** Ends alerts and delays. */
  reset(at: EpochMs, ending: Ending): void {
    for (const condition of this.conditions.values()) if (!condition.isIdle) condition.clear(at, ending);
  }

  /** The device is out of service: ends alerts, and what would be told later of things that only happened. */
  withhold(at: EpochMs, ending: Ending): void {
    for (const condition of this.conditions.values()) if (!condition.isIdle) condition.withhold(at, ending);
  }

  /** The rule's condition, made if need be; undefined when the rule isn't in force on this device. */
  condition(ruleId: string): Condition | undefined {
    const rule = this.rules.byId.get(ruleId);
    if (rule === undefined) return undefined;
    for (const metric of rule.metrics) this.#openMetric(metric);
    for (const event of rule.events) this.#openEvent(event);
    return this.conditions.get(ruleId);
  }

  /** What is known to be done stays so when something else is written before the batch has come again. */
  save(upTo?: DoneUpTo): SavedSightings {
    const done = upTo !== undefined && !this.hasDone(upTo.reader, upTo.seq) ? upTo : this.doneUpTo;
    const lastTs: SavedSightings['lastTs'] = {};
    const clock = this.#clock.save();
    for (const [metric, memory] of this.#metrics) if (Number.isFinite(memory.lastTs)) lastTs[metric] = memory.lastTs;
    return { lastTs, events: this.#recentEvents, ...(clock === undefined ? {} : { clock }), ...(done === undefined ? {} : { upTo: done }) };
  }

  load(saved: SavedSightings): void {
    // Cast: keys were written by `save`.
    for (const [metric, ts] of Object.entries(saved.lastTs) as [MetricKey, EpochMs][]) {
      const memory = this.#openMetric(metric);
      if (memory !== NONE) memory.lastTs = ts;
    }
    this.#recentEvents = saved.events;
    this.doneUpTo = saved.upTo;
    this.#clock.load(saved.clock, Math.max(...Object.values(saved.lastTs)));
  }

  #openMetric(metric: MetricKey): MetricMemory {
    const known = this.#metrics.get(metric);
    if (known !== undefined) return known;
    const opened = this.rules.byMetric.has(metric) ? { lastTs: -Infinity, watches: this.#watchesOf(metric) } : NONE;
    this.#metrics.set(metric, opened);
    return opened;
  }

  #watchesOf(metric: MetricKey): SampleWatch[] {
    return (this.rules.byMetric.get(metric) ?? []).flatMap((rule) => this.#bind(rule).onSample?.(metric) ?? []);
  }

  /** Not kept for events that no rule names: those are words from outside. */
  #openEvent(event: string): readonly EventWatch[] {
    const known = this.#events.get(event);
    if (known !== undefined) return known;
    const watches = (this.rules.byEvent.get(event) ?? []).flatMap((rule) => this.#bind(rule).onEvent ?? []);
    if (watches.length > 0) this.#events.set(event, watches);
    return watches;
  }

  #watchSilence(): SilenceWatch[] {
    return this.rules.silence.map((rule) => ({ condition: this.#bind(rule).condition, windowMs: silenceMs(rule, this.entry) }));
  }

  #unlessFromEdge({ condition, onSample, onEvent }: Binding): Binding {
    return {
      condition,
      ...(onSample === undefined ? {} : { onSample: (metric) => { const watch = onSample(metric); return (ts, at, value) => { if (this.origin === 'direct') watch(ts, at, value); }; } }),
      ...(onEvent === undefined ? {} : { onEvent: (event, ts, at) => { if (this.origin === 'direct') onEvent(event, ts, at); } }),
    };
  }

  /** Once per rule: a rule may listen to several metrics and events. */
  #bind(rule: CompiledRule): Binding {
    const { id } = rule.rule;
    const known = this.#bindings.get(id);
    if (known !== undefined) return known;
    const condition = new Condition(rule, this, this.sink);
    const bound = bindRule(rule, condition);
    const binding = rule.rule.local === true ? this.#unlessFromEdge(bound) : bound;
    this.conditions.set(id, condition);
    this.#bindings.set(id, binding);
    return binding;
  }
}

/** An on-delay is more of the same silence: counted with it, so that devices which fall silent together are found to have done so when it is to be told. */
const silenceMs = ({ rule, silenceS }: CompiledRule, { device }: DeviceEntry): number => ((silenceS?.(device.reportingIntervalS) ?? Infinity) + rule.onDelayS) * 1000;

const isInForce = ({ rule: { isApplicable } }: Condition, now: EpochMs): boolean => isApplicable === undefined || isApplicable(now);
