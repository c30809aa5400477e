import { CHATTER, type DeviceId, type EpochMs, type Severity } from '@liandong/protocols';
import type { ActiveAlert, AlertOwner } from '../alerts/active-alerts.js';
import { Chatter } from '../alerts/chatter.js';
import { nextHour } from '../clock.js';
import type { CompiledRule } from './compile.js';
import type { ConditionSink } from './condition-sink.js';
import type { DeviceMemory } from './device-memory.js';
import { HOURS_OVER, type Ending } from './ending.js';
import type { Extra } from './extra.js';
import { GradeDelays } from './grade-delays.js';
import { LeaveDelay } from './leave-delay.js';
import type { AlertFacts, SavedCondition } from './saved-condition.js';

/**
 * One rule on one device: is the condition met, since when, and is there an alert.
 * Delays run on device time between samples (`ts`), and on hub time (`at`) when no sample follows. A condition holds
 * from one sample to the next, so a delay that ran out between two samples has run out.
 */
export class Condition implements AlertOwner {
  active: ActiveAlert | undefined;
  extra: Extra | undefined;
  /** Worst recent value, or whatever number the rule type shows. */
  value = NaN;
  facts: AlertFacts | undefined;
  isSaved = false;
  /** Something changed that may be written a little later. */
  isAged = false;
  /** The parent under which an alert of this condition is raised, when it is one of many with one cause. */
  groupId: string | undefined;
  /** Once its alert has come again. */
  chatter: Chatter | undefined;
  #isIn = false;
  /** Grade of the active alert; of one that was cleared by hand until the condition has gone normal: only worse raises anew till then. Else -1. */
  #level = -1;
  /** The active alert was graded by another version of the rule. */
  #isUngraded = false;
  readonly #delays: GradeDelays;
  readonly #leaving = new LeaveDelay();

  constructor(readonly rule: CompiledRule, readonly device: DeviceMemory, private readonly sink: ConditionSink) {
    this.#delays = new GradeDelays(rule.grades.length, rule.onDelayMs);
  }

  /** Nothing met, nothing running, no alert. */
  get isIdle(): boolean { return !this.#isIn && this.active === undefined && this.#level < 0; }

  /** Does its alert wait to be graded by this version of the rule? */
  get isUngraded(): boolean { return this.active !== undefined && this.#isUngraded; }

  /** Is the condition met now, whatever its delays say? */
  get isMet(): boolean { return this.#isIn; }

  get inhibitors(): readonly string[] { return this.rule.inhibitedBy; }
  get family(): string { return this.rule.family; }
  get gateway(): DeviceId | undefined { return this.device.entry.device.gateway; }

  /** Takes over an alert that is active already: of a process before this one, or of another version of the rule, whose grades say nothing here. */
  adopt(active: ActiveAlert): void {
    const { severity, groupId, ruleVersion = this.rule.version } = active.alert;
    this.active = active;
    this.sink.adopted(active, this);
    this.groupId = groupId;
    this.#level = ruleVersion === this.rule.version ? this.#levelOf(severity) : -1;
    this.#isUngraded = this.#level < 0;
    if (this.isWaiting) this.sink.wait(this); // the end of its rule's hours may be all that is to come
  }

  /** An alert that was taken over without what it rested on: it stands no longer than if that had been seen just now. */
  lapseFrom(now: EpochMs): void {
    if (this.active !== undefined && this.rule.lapseMs > 0 && !this.#leaving.isRunning && this.extra?.isTicking !== true) this.leaveAfter(this.rule.lapseMs, now, now);
  }

  /** The condition is met up to `level`, an index into the grades. */
  enter(level: number, ts: EpochMs, at: EpochMs, value: number): void {
    if (this.device.origin === 'stale') return; // told too late: what holds now is told by what comes next
    if (this.#isOffHours(ts)) return this.leave(false, ts, at);
    this.#settle(ts, at);
    const wasGone = !this.#isIn || this.#leaving.isRunning;
    const isChanged = this.#delays.follow(level, ts, at) || wasGone;
    this.value = value;
    if (this.active !== undefined && !this.#isIn && !this.#isUngraded) this.sink.repeat(this.active, this, at, true);
    this.#isIn = true;
    this.#leaving.stop();
    this.#gradeUpTo(this.#delays.worstByDevice(ts), at);
    if (this.active !== undefined) this.active.seenAt = at;
    else if (!this.device.isWatched) this.isAged = true; // what the alert will say may be long in coming
    if (isChanged) this.#noteChange();
  }

  /** The condition isn't met; `isClear`: and the value is past the deadband. Out of the rule's hours it is over whatever the value, and ends with them. */
  leave(isClear: boolean, ts: EpochMs, at: EpochMs): void {
    if (this.isIdle) return;
    this.#settle(ts, at);
    let isChanged = this.#isIn;
    this.#stopDelays();
    const isOver = isClear || this.#isOffHours(ts);
    // A delay that ends sooner is left alone.
    if (this.active !== undefined && isOver && !this.#leaving.isOverByDevice(ts + this.#offDelayMs)) {
      this.leaveAfter(this.rule.offDelayMs, ts, at, !isClear);
      isChanged = true;
    } else if (this.active === undefined && isOver && this.#level >= 0) {
      this.#level = -1;
      isChanged = true;
    } else if (!isOver && this.#leaving.isRunning) {
      this.#leaving.stop();
      isChanged = true;
    }
    if (isChanged) this.#noteChange();
  }

  /** Clears the alert this long after; at once when 0. Called again, it starts anew. One that chatters is held until it has been quiet for a minute. */
  leaveAfter(leastMs: number, ts: EpochMs, at: EpochMs, isByHours = false): void {
    const delayMs = Math.max(leastMs, this.#holdMs);
    this.#leaving.start(delayMs, ts, at, isByHours);
    if (delayMs === 0) this.clear(at);
    else this.#noteChange();
  }

  /** It happened again while the alert was active (events). */
  repeat(at: EpochMs, value: number): void {
    this.value = value;
    if (this.active !== undefined) {
      this.active.seenAt = at;
      this.sink.repeat(this.active, this, at, !this.#isIn);
    }
    // It had ended, and its alert was only held: what was to clear it then doesn't any more.
    if (!this.#isIn) this.#leaving.stop();
    this.#isIn = true;
    this.sink.changed(this);
  }

  /** For a rule type whose own memory changed. */
  saveSoon(): void { this.sink.changed(this); }

  /** For a rule type whose own memory changes with time alone from now on. */
  waitForTime(): void { this.#noteChange(); }

  /** Lets delays run out that ended before `ts` in device time. */
  settleUpTo(ts: EpochMs, at: EpochMs): void { this.#settle(ts, at); }

  /** Hub time has come to `now` without a sample. Answers whether a delay is still running. */
  tick(now: EpochMs): boolean {
    this.extra?.tick?.(now);
    if (!this.isIdle && this.#isOffHours(now)) this.leave(false, now, now);
    this.#gradeUpTo(this.#delays.worstByHub(now), now);
    if (this.#leaving.isOverByHub(now)) this.clear(now);
    if (this.active === undefined && this.chatter?.isOver(now) === true) {
      this.chatter = undefined;
      this.sink.changed(this);
    }
    return this.isWaiting;
  }

  /** Does anything depend on time passing? */
  get isWaiting(): boolean {
    if (this.#leaving.isRunning || (this.active === undefined && this.chatter !== undefined)) return true;
    if (this.rule.isApplicable !== undefined && !this.isIdle) return true;
    return this.extra?.isTicking === true || this.#gradeDue < Infinity;
  }

  /** The first hub time from `now` on at which `tick` may change the condition or its alert, however often it is called before; Infinity: never without a sample. */
  nextDue(now: EpochMs): EpochMs {
    if (this.active === undefined && this.chatter !== undefined) return now;
    const due = Math.min(this.extra?.dueAt ?? Infinity, this.#gradeDue, this.#leaving.dueAt);
    return this.rule.isApplicable === undefined || this.isIdle ? due : Math.min(due, nextHour(now));
  }

  /** Ends the alert, if any, and every delay. `ending`: it has not recovered. */
  clear(at: EpochMs, ending: Ending | undefined = this.#leaving.isByHours ? HOURS_OVER : undefined): void {
    this.#stopDelays();
    this.#endAlert(at, ending);
  }

  /** The device is out of service: ends the alert, if any. Where the rule is of a state, that is followed all the same, and is an alert anew where it stands when the device is back. */
  withhold(at: EpochMs, ending: Ending): void {
    if (!this.rule.isOfState) this.#stopDelays();
    else if (this.active === undefined) return;
    this.#endAlert(at, ending, true);
  }

  #endAlert(at: EpochMs, ending: Ending | undefined, isWithheld = false): void {
    const { active } = this;
    this.active = undefined;
    this.groupId = undefined;
    this.#level = -1;
    this.#leaving.stop();
    if (active !== undefined) this.sink.clear(active, at, ending, isWithheld);
    this.#rest(at);
    this.sink.changed(this);
  }

  /** The condition that still stands raises nothing as bad again until it has gone normal once. An event doesn't stand: the next one is another. */
  clearedByHand(at: EpochMs): void {
    // Not graded by this version yet, it stands as bad as the other one had it.
    if (this.isUngraded) this.#level = Math.max(0, this.#levelOf(this.active?.alert.severity));
    this.active = undefined;
    this.groupId = undefined;
    this.#latch();
    this.#rest(at);
    this.sink.changed(this);
  }

  /** Its alert ended at the edge that raised it: nothing is left of it here. */
  endedAtEdge(): void {
    this.active = undefined;
    this.groupId = undefined;
    this.#level = -1;
    this.#leaving.stop();
    this.#stopDelays();
    this.sink.changed(this);
  }

  /** The rule is no longer in force here: ends the alert, if any, and remembers nothing. */
  end(at: EpochMs, ending: Ending): void {
    this.extra = this.chatter = undefined;
    this.clear(at, ending);
  }

  /** After a step back of the hub's clock: no delay ends later than if it began now. */
  limitTimes(now: EpochMs): void {
    this.#delays.limitByHub(now);
    this.#leaving.limitByHub(now + this.#longestLeaveMs);
    this.limitDeviceTimes(now);
  }

  /** After a step back of the device's clock, which is at `ts` now. */
  limitDeviceTimes(ts: EpochMs): void {
    this.#delays.limitByDevice(ts);
    this.#leaving.limitByDevice(ts + this.#longestLeaveMs);
    this.extra?.limitTimes(ts);
    if (!this.isIdle || this.extra !== undefined) this.sink.changed(this);
  }

  #isOffHours(at: EpochMs): boolean { return this.rule.isApplicable !== undefined && !this.rule.isApplicable(at); }

  get #longestLeaveMs(): number { return Math.max(this.#offDelayMs, this.rule.lapseMs); }
  get #offDelayMs(): number { return Math.max(this.rule.offDelayMs, this.#holdMs); }
  get #holdMs(): number { return this.active?.alert.isChattering === true ? CHATTER.withinMs : 0; }

  /** Undefined when there is nothing to remember. */
  save(): SavedCondition | undefined {
    const [extra, chatter] = [this.extra?.save(), this.chatter?.save()];
    if (this.isIdle && extra === undefined && chatter === undefined) return undefined;
    return {
      isIn: this.#isIn, value: this.value, ...this.#delays.save(), ...this.#leaving.save(), version: this.rule.version, core: this.rule.core,
      ...(this.#level < 0 ? {} : { level: this.#level }), ...(this.#level < 0 || this.active !== undefined ? {} : { clearedByHand: true }),
      ...(this.facts === undefined || this.isIdle ? {} : { facts: this.facts }), ...(chatter === undefined ? {} : { chatter }), ...(extra === undefined ? {} : { extra }),
    };
  }

  /** What a version with another condition remembered says nothing here; it is overwritten. One that differs in words alone may have been cut off by a crash before it was taken over. */
  load(saved: SavedCondition): void {
    this.isSaved = true;
    const isOwn = saved.core === undefined ? (saved.version ?? this.rule.version) === this.rule.version : saved.core === this.rule.core;
    if (!isOwn) return this.sink.changed(this);
    this.facts = saved.facts;
    this.#isIn = saved.isIn;
    this.value = saved.value ?? NaN;
    this.#delays.load(saved);
    this.#leaving.load(saved);
    if (saved.extra !== undefined) this.extra?.load(saved.extra);
    if (saved.chatter !== undefined) this.chatter = Chatter.from(saved.chatter);
    if (this.active !== undefined) return;
    if (this.chatter?.isAtRest === false) this.#rest(this.chatter.last);
    if (saved.clearedByHand !== true) return;
    this.#level = Math.min(saved.level ?? 0, this.rule.grades.length - 1);
    this.#latch();
  }

  /** What ran out in device time before the sample at `ts`. */
  #settle(ts: EpochMs, at: EpochMs): void {
    this.#gradeUpTo(this.#delays.worstByDevice(ts), at);
    if (this.#leaving.isOverByDevice(ts)) this.clear(at);
  }

  /** When the next delay of a grade ends that may be told then. */
  get #gradeDue(): EpochMs { return this.device.isWatched ? this.#delays.nextAbove(this.#level) : Infinity; }

  /** A milder grade never takes an alert down: it keeps its severity until it clears. Out of service nothing is told, and what is due by then when it is over. */
  #gradeUpTo(level: number, at: EpochMs): void {
    const grade = level > this.#level ? this.rule.grades[level] : undefined;
    if (grade === undefined || !this.device.isWatched) return;
    if (this.active === undefined) this.active = this.sink.raise(this, grade, at);
    // By another version of the rule it may stand as this one has it, and may be milder too.
    else if (!this.#isUngraded || this.active.alert.severity !== grade.severity) this.sink.regrade(this, grade, at);
    this.#isUngraded = false;
    this.#level = level;
  }

  #levelOf(severity: Severity | undefined): number { return this.rule.grades.findLastIndex((grade) => grade.severity === severity); }

  #latch(): void {
    const isStanding = this.#isIn || !this.#leaving.isRunning;
    const isEvent = this.rule.rule.type === 'event';
    if (isEvent) this.#stopDelays();
    if (isEvent || !isStanding) this.#level = -1;
    this.#leaving.stop();
  }

  #rest(at: EpochMs): void {
    if (this.chatter === undefined) return;
    this.chatter.rest(at);
    this.sink.wait(this);
  }

  #stopDelays(): void {
    this.#isIn = false;
    this.#delays.stop();
  }

  #noteChange(): void {
    this.sink.changed(this);
    if (this.isWaiting) this.sink.wait(this);
  }
}
