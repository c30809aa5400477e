import type { Alert, AlertTimelineEntry, AreaId, EpochMs } from '@liandong/protocols';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import type { IdSource } from '../alerts/alert-ids.js';
import { Chatter } from '../alerts/chatter.js';
import { causeOf, inhibitionChanges } from '../alerts/inhibition.js';
import { applyStep, type AlertStep, type StepDetail } from '../alerts/life-cycle.js';
import type { CompiledRule } from './compile.js';
import type { Condition } from './condition.js';
import type { ConditionSink, Grade } from './condition-sink.js';
import type { DeviceMemory } from './device-memory.js';
import type { Ending } from './ending.js';
import { Gathered, upToDate } from './gathered.js';
import { fillMessage } from './message.js';

/** Screens are told of repetitions of one alert at most this often. */
const REPEAT_PUBLISH_MS = 10_000;

/** However often an alert repeats, its timeline stays readable: the further apart the longer it goes on, and an hour at most. */
const LONGEST_NOTE_GAP_MS = 3_600_000;

/** An alert that has no number, state or time yet. */
type NewAlert = Omit<Alert, 'id' | 'seq' | 'active' | 'acked' | 'raisedAt' | 'lastAt' | 'count' | 'tier'>;

/** Gathers what a run of records changes. */
export class Effects implements ConditionSink {
  /** Conditions with something that depends on time, and until when a tick would change nothing; as good as never, where that has to be found out anew. */
  readonly waiting = new Map<Condition, EpochMs>();
  /** Alerts with repetitions that screens were not told of yet. */
  readonly repeated = new Set<ActiveAlert>();
  /** How the child that cleared last ended, by its parent that stands; none where it recovered. */
  readonly #lastEnds = new Map<string, Ending>();
  #gathered = new Gathered();
  #settledVersion = -1;

  constructor(private readonly dependencies: { ids: IdSource; activeAlerts: ActiveAlerts; clocks: AlertClocks }) {}

  get gathered(): Gathered { return this.#gathered; }

  /** Raises it, or opens again the one that cleared within the last minute. */
  raise(condition: Condition, grade: Grade, at: EpochMs): ActiveAlert {
    const { device: { entry: { device } }, rule, groupId } = condition;
    const detail = detailOf(condition, grade, at);
    const { value, threshold, message = rule.rule.message } = detail;
    const alarm = { ruleId: rule.rule.id, deviceId: device.id, area: device.area };
    const standing = this.dependencies.activeAlerts.find(alarm.ruleId, alarm.deviceId);
    if (standing !== undefined) { // an edge raised it, and the condition here has not heard of that
      this.adopted(standing, condition);
      this.repeat(standing, condition, at);
      return standing;
    }
    const past = this.dependencies.activeAlerts.past(alarm, at);
    if (past === undefined) {
      condition.chatter = undefined;
      return this.#open(bornOf({ ...alarm, kind: device.kind, severity: grade.severity, message, ruleVersion: rule.version }, { value, threshold, manualClear: rule.rule.manualClear }), detail, condition, groupId);
    }
    past.alert = ofRule({ ...past.alert, area: device.area }, rule);
    condition.chatter ??= new Chatter(past.alert.raisedAt);
    return this.#reopen(past, { ...detail, isChattering: condition.chatter.again(at, true) }, condition, groupId);
  }

  /** An alert that no condition of one device stands behind. */
  raiseParent(alert: NewAlert, at: EpochMs): ActiveAlert {
    const past = this.dependencies.activeAlerts.past(alert, at);
    const detail = { at, severity: alert.severity, message: alert.message, ...(alert.value === undefined ? {} : { value: alert.value }) };
    return past === undefined ? this.#open(alert, detail) : this.#reopen(past, detail);
  }

  /** Its condition was found again after a start. */
  adopted(active: ActiveAlert, condition: Condition): void {
    this.dependencies.activeAlerts.claim(active, condition);
  }

  /** Puts an alert under a parent, or back among the others. */
  regroup(active: ActiveAlert, groupId: string | undefined, at: EpochMs): void {
    if (groupId === undefined) this.#step(active, 'ungrouped', { at });
    else this.#step(active, 'grouped', { at, alertId: groupId });
  }

  /** Another version of its rule stands behind the alert from now on; the next sample grades it. */
  reassign(active: ActiveAlert, rule: CompiledRule): void {
    active.alert = ofRule(upToDate(active), rule);
    this.#gathered.transitions.push({ active, alert: active.alert, entries: [] });
  }

  regrade(condition: Condition, grade: Grade, at: EpochMs): void {
    if (condition.active !== undefined) this.#step(condition.active, 'regraded', detailOf(condition, grade, at));
  }

  /** The count is exact on disk with every batch; screens are told at most every 10 s, and at once when it begins to chatter. */
  repeat(active: ActiveAlert, condition: { readonly value: number; chatter?: Chatter | undefined }, at: EpochMs, isReentry = false): void {
    const { value } = condition;
    const isChattering = isReentry && (condition.chatter ??= new Chatter(active.alert.raisedAt)).again(at, false);
    const detail: StepDetail = { at, ...(Number.isNaN(value) ? {} : { value }), ...(isChattering ? { isChattering } : {}) };
    const before = active.alert;
    active.alert = this.#stepped(active, 'repeated', detail);
    const hasTurned = active.alert.isChattering !== before.isChattering;
    active.unpublished = { change: 'repeated', at, ...(Number.isNaN(value) ? {} : { value }), ...(hasTurned ? { note: 'chattering' } : {}) };
    this.#gathered.counted.add(active);
    this.repeated.add(active);
    this.publishRepeat(active, hasTurned || active.alert.clock !== before.clock ? Infinity : at);
  }

  /** Tells screens of repetitions held back, when it is time. */
  publishRepeat(active: ActiveAlert, now: EpochMs): void {
    if (!active.alert.active) return this.#dropRepeat(active); // a person cleared it meanwhile: nothing comes after that
    if (active.unpublished === undefined || now - active.publishedAt < REPEAT_PUBLISH_MS) return;
    const { alert, unpublished, notedAt, steppedAt } = active;
    const at = Math.max(unpublished.at, steppedAt);
    const isNoted = unpublished.at - notedAt >= Math.min(notedAt - alert.raisedAt, LONGEST_NOTE_GAP_MS) || now === Infinity;
    this.#push(active, isNoted ? [{ ...unpublished, at, severity: alert.severity }] : [], { at });
  }

  /** Marks what has got a cause since, and releases what has lost it. Nothing to do as long as no alert came or went. */
  settle(at: EpochMs): void {
    const { activeAlerts } = this.dependencies;
    if (activeAlerts.version === this.#settledVersion) return;
    this.#settledVersion = activeAlerts.version;
    for (const { active, cause } of inhibitionChanges(activeAlerts)) {
      if (active.alert.inhibitedBy !== undefined) this.#step(active, 'released', { at });
      if (cause !== undefined) this.#step(active, 'inhibited', { at, alertId: cause.alert.id });
    }
  }

  clear(active: ActiveAlert, at: EpochMs, ending?: Ending, isWithheld = false): void {
    this.#step(active, 'cleared', { at, endedBy: ending?.endedBy }, { note: ending?.note, isWithheld });
    this.dependencies.activeAlerts.remove(active);
    this.#noteEnd(active.alert, ending);
  }

  /** The last of its children has cleared, and it ends as that did: nothing says that the common cause is gone where they were taken out of service one after the other. */
  clearParent(parent: ActiveAlert, at: EpochMs): void {
    this.clear(parent, at, this.#lastEnds.get(parent.alert.id));
  }

  #noteEnd({ id, groupId }: Alert, ending: Ending | undefined): void {
    this.#lastEnds.delete(id);
    if (groupId === undefined) return;
    if (ending !== undefined && this.dependencies.activeAlerts.byId(groupId) !== undefined) this.#lastEnds.set(groupId, ending);
    else this.#lastEnds.delete(groupId);
  }

  /** Its device stands in another area now, whose people have to see it; those of the old one see it cleared (see `Change`). Who had it assigned may be one of those, so it is nobody's. */
  move(active: ActiveAlert, area: AreaId, at: EpochMs): void {
    const before = upToDate(active);
    const isAssigned = before.assignee !== undefined;
    active.alert = { ...(isAssigned ? this.#stepped(active, 'assigned', { at, assignee: null }) : before), area };
    this.#gathered.transitions.push({
      active, alert: active.alert, left: { ...before, active: false, clearedAt: at, endedBy: 'moved' },
      entries: isAssigned ? [{ change: 'assigned', ...entryOf(active, { at }), note: `moved to ${area}` }] : [],
    });
  }

  changed(condition: Condition): void { this.#gathered.conditions.add(condition); }
  wait(condition: Condition): void { this.waiting.set(condition, -Infinity); }
  /** The device's sightings must be written with this transaction. */
  sighted(device: DeviceMemory): void { this.#gathered.devices.add(device); }
  /** The alert's `lastAt` must be written with this transaction. */
  seen(active: ActiveAlert): void { this.#gathered.counted.add(active); }

  /** Everything is about to be read anew. */
  forget(): void {
    this.reset();
    this.waiting.clear();
    this.repeated.clear();
    this.#lastEnds.clear();
  }

  /** Forgets what was gathered: it is on disk. */
  reset(): void {
    this.#gathered = new Gathered();
  }

  #open(born: NewAlert, detail: StepDetail, condition?: Condition, groupId?: string): ActiveAlert {
    const { activeAlerts, clocks, ids } = this.dependencies;
    const { at } = detail;
    const alert: Alert = { ...born, id: ids(), tier: 'community', active: true, acked: false, raisedAt: at, lastAt: at, count: 1, seq: 0 };
    const clock = clocks.first(alert, at);
    if (clock !== undefined) alert.clock = clock; // nobody has it yet
    const active = activeAlerts.add(alert);
    this.#place(active, { change: 'raised', ...entryOf(active, detail) }, condition, groupId);
    return active;
  }

  #reopen(active: ActiveAlert, detail: StepDetail, condition?: Condition, groupId?: string): ActiveAlert {
    active.alert = this.#stepped(active, 'reraised', detail);
    active.seenAt = detail.at;
    this.dependencies.activeAlerts.reopen(active);
    this.#place(active, { change: 'reraised', ...entryOf(active, detail) }, condition, groupId);
    return active;
  }

  /** Shelved when its alarm is, grouped and inhibited when there is reason to: all of it before anybody is told of the alert. */
  #place(active: ActiveAlert, first: AlertTimelineEntry, condition: Condition | undefined, groupId: string | undefined): void {
    const { activeAlerts } = this.dependencies;
    const { at } = first;
    const entries = [first];
    const take = (step: AlertStep, detail: Omit<StepDetail, 'at'>): void => {
      active.alert = this.#stepped(active, step, { ...detail, at });
      const { by, until, reason, alertId } = detail;
      entries.push({ at, change: step, ...given({ by, until, note: reason, alertId }) });
    };
    if (condition !== undefined) activeAlerts.claim(active, condition);
    const shelf = activeAlerts.shelf(active.alert, at);
    if (shelf?.shelvedUntil !== undefined && active.alert.shelvedUntil === undefined) {
      take('shelved', { until: shelf.shelvedUntil, ...given({ by: shelf.shelvedBy, reason: shelf.shelveReason }) });
      activeAlerts.put(active.alert, at);
    }
    // Its parent may have cleared while a delay ran, or since it cleared itself.
    const parent = [groupId, active.alert.groupId].find((id) => id !== undefined && activeAlerts.byId(id) !== undefined);
    if (parent === undefined && active.alert.groupId !== undefined) take('ungrouped', {});
    if (parent !== undefined && parent !== active.alert.groupId) take('grouped', { alertId: parent });
    const cause = causeOf(active, activeAlerts);
    if (cause !== undefined) take('inhibited', { alertId: cause.alert.id });
    this.#push(active, entries);
  }

  #step(active: ActiveAlert, step: AlertStep, detail: StepDetail, { note, isWithheld }: { note?: string | undefined; isWithheld?: boolean } = {}): void {
    active.alert = this.#stepped(active, step, detail);
    this.#push(active, [{ change: step, ...entryOf(active, detail), ...(note === undefined ? {} : { note }) }], { isWithheld });
  }

  /** The alert after the step, and with the clock it has from then on. */
  #stepped(active: ActiveAlert, step: AlertStep, detail: StepDetail): Alert {
    const before = upToDate(active);
    return this.dependencies.clocks.after(before, legal(before, step, detail), step, detail.at);
  }

  #push(active: ActiveAlert, entries: readonly AlertTimelineEntry[], { at = entries[0]?.at ?? active.publishedAt, isWithheld = false }: { at?: EpochMs; isWithheld?: boolean | undefined } = {}): void {
    active.publishedAt = at;
    if (entries.length > 0) active.notedAt = at;
    this.#dropRepeat(active);
    this.#gathered.transitions.push({ active, alert: active.alert, entries, isWithheld });
  }

  #dropRepeat(active: ActiveAlert): void {
    active.unpublished = undefined;
    this.repeated.delete(active);
  }
}

const entryOf = ({ alert }: ActiveAlert, { at, severity = alert.severity, value, alertId, endedBy }: StepDetail): Omit<AlertTimelineEntry, 'change'> =>
  ({ at, severity, ...given({ value, alertId, endedBy }) });

/** The new alert with what there is of these. It is nobody's yet, and in a storm every copy counts. */
function bornOf(alert: NewAlert, { value, threshold, manualClear }: { value: number | undefined; threshold: number | undefined; manualClear: boolean | undefined }): NewAlert {
  if (value !== undefined) alert.value = value;
  if (threshold !== undefined) alert.threshold = threshold;
  if (manualClear === true) alert.manualClear = true;
  return alert;
}

/** The same object without what is undefined. */
function given<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }; // only these were taken out
}

/** What this version of the rule says of its alerts. */
function ofRule(alert: Alert, { rule: { manualClear }, version }: CompiledRule): Alert {
  const told = { ...alert, ruleVersion: version };
  delete told.manualClear;
  if (manualClear === true) told.manualClear = true;
  return told;
}

/** The evaluator steps only alerts it holds as active, where every one of its steps is legal. */
function legal(alert: Alert, step: AlertStep, detail: StepDetail): Alert {
  const next = applyStep(alert, step, detail);
  if (next === undefined) throw new TypeError(`Alert ${alert.id} can't be ${step} now.`);
  return next;
}

function detailOf({ device: { entry: { device } }, rule: { rule, silenceS }, value, facts }: Condition, { severity, limit }: Grade, at: EpochMs): StepDetail {
  const shown = Number.isNaN(value) ? undefined : value;
  const threshold = limit ?? facts?.limit ?? silenceS?.(device.reportingIntervalS);
  const message = fillMessage(rule, { device: device.name, value: shown, limit: threshold, what: facts?.what });
  return { at, severity, message, ...(shown === undefined ? {} : { value: shown }), ...(threshold === undefined ? {} : { threshold }) };
}
