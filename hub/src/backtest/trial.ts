import { CHATTER, severityRank, type DeviceId, type EpochMs, type EventRecord, type Severity, type TelemetryRecord } from '@liandong/protocols';
import type { ActiveAlert } from '../alerts/active-alerts.js';
import { Chatter } from '../alerts/chatter.js';
import { nextHour } from '../clock.js';
import type { DeviceEntry } from '../devices/types.js';
import type { Condition } from '../rules/condition.js';
import type { ConditionSink, Grade } from '../rules/condition-sink.js';
import { DeviceMemory } from '../rules/device-memory.js';
import type { RuleSet } from '../rules/rule-set.js';

/** An alert that a rule would have raised. */
export interface TrialAlert {
  readonly device: DeviceId;
  /** The worst it came to. */
  severity: Severity;
  readonly from: EpochMs;
  /** Absent while it stands. */
  to?: EpochMs;
  value?: number;
  threshold?: number;
}

/** The hub's timer, which ticks every second. */
const TICK_MS = 1_000;

/**
 * One rule on one device's history: the very conditions of the live hub with a clock that is moved by the data. Hub time is the time of the record, and between
 * two records the hub's timer ticks at full seconds, of which only those are run at which something may happen.
 * Not known here: other rules, so nothing is inhibited; other devices, so a common silence is not one alert; a device's status messages, which are not stored.
 */
export class DeviceTrial implements ConditionSink {
  readonly #memory: DeviceMemory;
  readonly #hasSilence: boolean;
  /** Of the one rule there is. */
  #waiting: Condition | undefined;
  /** The one that stands, or cleared last and may come back. */
  #last: TrialAlert | undefined;
  #isChattering = false;
  #now: EpochMs = -Infinity;

  /** `report` is told of each alert when it can't come back any more, or at the end. */
  constructor(private readonly entry: DeviceEntry, rules: RuleSet, private readonly report: (alert: TrialAlert) => void) {
    this.#memory = new DeviceMemory(entry, rules, this, -Infinity);
    this.#hasSilence = rules.silence.length > 0;
  }

  /** Records come in order of time; `at` is `ts`. */
  sample(record: TelemetryRecord): void {
    this.#come(record.at);
    this.#memory.sample(record);
  }

  event(record: EventRecord): void {
    this.#come(record.at);
    this.#memory.event(record);
  }

  /** Nothing more comes until `to`; what stands then, stands. */
  end(to: EpochMs): void {
    this.#tickUntil(to);
    this.#closeLast();
  }

  /** One that cleared within the last minute comes back, as it does live. */
  raise(condition: Condition, grade: Grade, at: EpochMs): ActiveAlert {
    const { id, area, kind } = this.entry.device;
    const { rule } = condition.rule;
    const isBack = this.#last?.to !== undefined && at - this.#last.to <= CHATTER.withinMs;
    if (!isBack) this.#closeLast();
    const alert = this.#last ??= { device: id, severity: grade.severity, from: at };
    delete alert.to;
    this.#grade(condition, grade);
    if (isBack) condition.chatter ??= new Chatter(alert.from);
    else condition.chatter = undefined;
    this.#isChattering = (isBack && this.#isChattering) || condition.chatter?.again(at, true) === true;
    return {
      seenAt: at, publishedAt: at, unpublished: undefined, notedAt: at, steppedAt: -Infinity, owner: condition,
      alert: {
        id: '', ruleId: rule.id, deviceId: id, area, kind, severity: grade.severity, tier: 'community', active: true, acked: false, raisedAt: alert.from, lastAt: at, count: 1,
        message: rule.message, seq: 0, ...(this.#isChattering ? { isChattering: true } : {}),
      },
    };
  }

  regrade(condition: Condition, grade: Grade): void { this.#grade(condition, grade); }

  repeat(active: ActiveAlert, condition: Condition, at: EpochMs, isReentry = false): void {
    if (this.#last !== undefined && !Number.isNaN(condition.value)) this.#last.value = condition.value;
    if (!isReentry || !(condition.chatter ??= new Chatter(active.alert.raisedAt)).again(at, false)) return;
    this.#isChattering = true;
    active.alert = { ...active.alert, isChattering: true };
  }

  clear(_active: ActiveAlert, at: EpochMs): void {
    if (this.#last !== undefined) this.#last.to = at;
  }

  adopted(): void { /* there is no earlier life */ }
  wait(condition: Condition): void { this.#waiting = condition; }
  changed(): void { /* nothing is kept */ }

  #grade({ value, facts, rule }: Condition, { severity, limit }: Grade): void {
    const alert = this.#last;
    if (alert === undefined) return;
    if (severityRank(severity) < severityRank(alert.severity)) alert.severity = severity;
    const threshold = limit ?? facts?.limit ?? rule.silenceS?.(this.entry.device.reportingIntervalS);
    if (!Number.isNaN(value)) alert.value = value;
    if (threshold !== undefined) alert.threshold = threshold;
  }

  #closeLast(): void {
    if (this.#last !== undefined) this.report(this.#last);
    this.#last = undefined;
  }

  #come(at: EpochMs): void {
    this.#tickUntil(at);
    this.#now = at;
    this.#memory.heard(at, at);
  }

  #tickUntil(time: EpochMs): void {
    for (let at = this.#nextTick(); at <= time; at = this.#nextTick()) {
      this.#now = at;
      if (this.#waiting?.tick(at) === false) this.#waiting = undefined;
      if (this.#hasSilence) this.#memory.checkSilence(at, -Infinity);
    }
  }

  /** The next full second after now at which something may happen; Infinity: none. */
  #nextTick(): EpochMs {
    let due = Infinity;
    if (this.#waiting !== undefined) due = Math.ceil(this.#waiting.nextDue(this.#now) / TICK_MS);
    if (this.#hasSilence) due = Math.min(due, this.#nextSilence());
    return due === Infinity ? Infinity : Math.max(due, Math.floor(this.#now / TICK_MS) + 1) * TICK_MS;
  }

  /** Silent is who was heard longer ago than the window. Looked at already and not held to be silent, it was out of the rule's hours, which change at full hours. */
  #nextSilence(): number {
    const after = this.#memory.silentAfter;
    return after >= this.#now ? Math.floor(after / TICK_MS) + 1 : nextHour(this.#now) / TICK_MS;
  }
}
