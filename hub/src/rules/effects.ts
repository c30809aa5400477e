import type { Alert, AlertChange, AlertTimelineEntry, AreaId, EpochMs, Seq } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import type { IdSource } from '../alerts/alert-ids.js';
import { addTimelineEntry, saveAlert } from '../alerts/alert-rows.js';
import { applyStep, type AlertStep, type StepDetail } from '../alerts/life-cycle.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Database } from '../database/schema.js';
import type { CompiledRule } from './compile.js';
import type { Condition, ConditionSink, Grade } from './condition.js';
import type { DeviceMemory } from './device-memory.js';
import { fillMessage } from './message.js';
import { breathe, saveRuleState } from './rule-state.js';

/** Name of the rule evaluator's row in table `reader`. */
export const READER = 'rules';
/** Screens are told of repetitions of one alert at most this often. */
const REPEAT_PUBLISH_MS = 10_000;

/** In a storm of alerts the thread is given up after this many. */
const BREATHE_AFTER = 50;

/** Without an entry it is none for the timeline: the alert only got another place. `left`: what screens of the area it left are told. */
interface Transition { readonly active: ActiveAlert; readonly alert: Alert; readonly entry?: AlertTimelineEntry | undefined; readonly left?: Alert }

/** Gathers what a run of records changes and writes it in one transaction. */
export class Effects implements ConditionSink {
  /** Conditions with something that depends on time. */
  readonly waiting = new Set<Condition>();
  #transitions: Transition[] = [];
  readonly #counted = new Set<ActiveAlert>();
  readonly #conditions = new Set<Condition>();
  readonly #devices = new Set<DeviceMemory>();

  constructor(private readonly dependencies: { ids: IdSource; activeAlerts: ActiveAlerts; changes: ChangeLog; clocks: AlertClocks }) {}

  get isEmpty(): boolean {
    return this.#transitions.length + this.#counted.size + this.#conditions.size + this.#devices.size === 0;
  }

  raise(condition: Condition, grade: Grade, at: EpochMs): ActiveAlert {
    const { device: { entry: { device } }, rule: { rule, version } } = condition;
    const detail = detailOf(condition, grade, at);
    const { value, threshold, message = rule.message } = detail;
    // Its parent may have cleared while a delay ran.
    const groupId = condition.groupId === undefined ? undefined : this.dependencies.activeAlerts.byId(condition.groupId)?.alert.id;
    const active = this.#add({
      id: this.dependencies.ids(), ruleId: rule.id, deviceId: device.id, area: device.area, kind: device.kind, severity: grade.severity, tier: 'community',
      active: true, acked: false, raisedAt: at, lastAt: at, count: 1, message, seq: 0, ruleVersion: version, ...(rule.manualClear === true ? { manualClear: true } : {}),
      ...(value === undefined ? {} : { value }), ...(threshold === undefined ? {} : { threshold }), ...(groupId === undefined ? {} : { groupId }),
    }, at);
    this.#record(active, 'raised', detail);
    return active;
  }

  /** An alert that no condition of one device stands behind. */
  raiseParent(alert: Omit<Alert, 'id' | 'seq' | 'active' | 'acked' | 'raisedAt' | 'lastAt' | 'count' | 'tier'>, at: EpochMs): ActiveAlert {
    const active = this.#add({ ...alert, id: this.dependencies.ids(), tier: 'community', active: true, acked: false, raisedAt: at, lastAt: at, count: 1, seq: 0 }, at);
    this.#record(active, 'raised', { at, ...(alert.value === undefined ? {} : { value: alert.value }) });
    return active;
  }

  /** Puts an alert under a parent, or back among the others. */
  regroup(active: ActiveAlert, groupId: string | undefined, at: EpochMs): void {
    const before = upToDate(active);
    const alert: Alert = { ...before };
    delete alert.groupId;
    if (groupId !== undefined) alert.groupId = groupId;
    active.alert = this.dependencies.clocks.after(before, alert, groupId === undefined ? 'ungrouped' : 'grouped', at);
    this.#transitions.push({ active, alert: active.alert, entry: undefined });
  }

  /** Another version of its rule stands behind the alert from now on; the next sample grades it. */
  reassign(active: ActiveAlert, { rule, version }: CompiledRule): void {
    const alert: Alert = { ...upToDate(active), ruleVersion: version };
    delete alert.manualClear;
    if (rule.manualClear === true) alert.manualClear = true;
    active.alert = alert;
    this.#transitions.push({ active, alert });
  }

  regrade(condition: Condition, grade: Grade, at: EpochMs): void {
    if (condition.active !== undefined) this.#step(condition.active, 'regraded', detailOf(condition, grade, at));
  }

  /** The count is exact on disk with every batch; screens are told at most every 10 s. */
  repeat(active: ActiveAlert, { value }: Pick<Condition, 'value'>, at: EpochMs): void {
    const detail: Pick<StepDetail, 'at' | 'value'> = { at, ...(Number.isNaN(value) ? {} : { value }) };
    active.alert = legal(upToDate(active), 'repeated', detail);
    active.unpublished = { change: 'repeated', ...detail };
    this.#counted.add(active);
    this.publishRepeat(active, at);
  }

  /** Tells screens of repetitions held back, when it is time. */
  publishRepeat(active: ActiveAlert, now: EpochMs): void {
    if (active.unpublished === undefined || now - active.publishedAt < REPEAT_PUBLISH_MS) return;
    this.#push(active, { ...active.unpublished, severity: active.alert.severity });
  }

  clear(active: ActiveAlert, at: EpochMs, note?: string): void {
    this.#step(active, 'cleared', { at }, note);
    this.dependencies.activeAlerts.remove(active);
  }

  /** Its device stands in another area now, whose people have to see it; those of the old one see it cleared (see `Change`). */
  move(active: ActiveAlert, area: AreaId, at: EpochMs): void {
    const left: Alert = { ...upToDate(active), active: false, clearedAt: at };
    active.alert = { ...upToDate(active), area };
    this.#transitions.push({ active, alert: active.alert, left });
  }

  changed(condition: Condition): void { this.#conditions.add(condition); }
  wait(condition: Condition): void { this.waiting.add(condition); }
  /** The device's sightings must be written with this transaction. */
  sighted(device: DeviceMemory): void { this.#devices.add(device); }
  /** The alert's `lastAt` must be written with this transaction. */
  seen(active: ActiveAlert): void { this.#counted.add(active); }

  /** Writes all of it and the position. Answers the changes to publish once the transaction has committed. */
  async write(trx: Transaction<Database>, position: Seq): Promise<Change[]> {
    const published: Change[] = [];
    for (const [index, { active, alert, entry, left }] of this.#transitions.entries()) {
      if (index % BREATHE_AFTER === BREATHE_AFTER - 1) await breathe();
      if (left !== undefined) {
        const { seq } = await this.dependencies.changes.recordAlert(trx, left, alert.area);
        published.push({ seq, area: left.area, movedTo: alert.area, kind: 'alert', alert: { ...left, seq } });
      }
      const stamped = await this.dependencies.changes.recordAlert(trx, alert);
      await saveAlert(trx, stamped);
      if (entry !== undefined) await addTimelineEntry(trx, alert.id, entry);
      active.alert = { ...active.alert, seq: stamped.seq };
      published.push({ seq: stamped.seq, area: stamped.area, kind: 'alert', alert: stamped });
    }
    for (const active of this.#counted) {
      if (active.alert.active) active.alert = upToDate(active);
      await trx.updateTable('alert').set({ count: active.alert.count, last_at: active.alert.lastAt, value: active.alert.value ?? null }).where('id', '=', active.alert.id).execute();
    }
    await saveRuleState(trx, this.#conditions, this.#devices);
    await trx.insertInto('reader').values({ name: READER, position }).onConflict((conflict) => conflict.column('name').doUpdateSet({ position })).execute();
    return published;
  }

  /** Forgets what was gathered: it is on disk, or memory is about to be read anew. */
  reset(): void {
    this.#transitions = [];
    this.#counted.clear();
    this.#conditions.clear();
    this.#devices.clear();
  }

  #add(alert: Alert, at: EpochMs): ActiveAlert {
    return this.dependencies.activeAlerts.add(this.dependencies.clocks.after(undefined, alert, 'raised', at));
  }

  #step(active: ActiveAlert, step: AlertStep, detail: StepDetail, note?: string): void {
    const before = upToDate(active);
    active.alert = this.dependencies.clocks.after(before, legal(before, step, detail), step, detail.at);
    this.#record(active, step, detail, note);
  }

  #record(active: ActiveAlert, change: AlertChange, { at, severity = active.alert.severity, value }: StepDetail, note?: string): void {
    this.#push(active, { at, change, severity, ...(value === undefined ? {} : { value }), ...(note === undefined ? {} : { note }) });
  }

  #push(active: ActiveAlert, entry: AlertTimelineEntry): void {
    active.publishedAt = entry.at;
    active.unpublished = undefined;
    this.#transitions.push({ active, alert: active.alert, entry });
  }
}

/** With the time at which its condition was last seen. */
const upToDate = ({ alert, seenAt }: ActiveAlert): Alert => seenAt > alert.lastAt ? { ...alert, lastAt: seenAt } : alert;

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
