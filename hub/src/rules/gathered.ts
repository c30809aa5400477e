import type { Alert, DeviceId, EpochMs } from '@liandong/protocols';
import { sql, type CompiledQuery, type Transaction } from 'kysely';
import type { ActiveAlert } from '../alerts/active-alerts.js';
import { addingTimelineEntries, savingAlerts } from '../alerts/alert-rows.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Db } from '../database/database.js';
import { inParts, rowsStatement } from '../database/rows-statement.js';
import type { Database } from '../database/schema.js';
import { together } from '../database/together.js';
import type { Condition } from './condition.js';
import type { DeviceMemory, DoneUpTo } from './device-memory.js';
import { STEPS_PER_TURN } from './in-turns.js';
import { savingRuleState } from './rule-state.js';
import { recordTransitions, type Recorded, type Transition } from './transitions.js';

/** A transaction of its own costs a disk flush: not for the sake of fewer alerts than this. */
const WORTH_SPLITTING = 10;

/** Many in one statement. VALUES columns are named column1, column2 on libSQL and on PostgreSQL alike. */
const counting = rowsStatement((db: Db, rows: readonly { id: string; count: number; lastAt: EpochMs; value: number | null }[]) =>
  sql`update alert set count = cast(now.column2 as integer), last_at = cast(now.column3 as bigint), value = cast(now.column4 as double precision)
    from (values ${sql.join(rows.map(({ id, count, lastAt, value }) => sql`(${id}, ${count}, ${lastAt}, ${value})`))}) as now where alert.id = now.column1`.compile(db));

/** Of those that an edge raised it is noted, as that still holds them active; see `edge_alert`. */
const withholding = rowsStatement((db: Db, rows: readonly { id: string; at: EpochMs }[]) =>
  sql`update edge_alert set withheld_at = cast(now.column2 as bigint) from (values ${sql.join(rows.map(({ id, at }) => sql`(${id}, ${at})`))}) as now where edge_alert.alert_id = now.column1`.compile(db));

/** What a run of records changed: what is written in one transaction. */
export class Gathered {
  transitions: Transition[] = [];
  readonly counted = new Set<ActiveAlert>();
  readonly conditions = new Set<Condition>();
  readonly devices = new Set<DeviceMemory>();

  get isEmpty(): boolean {
    return this.transitions.length + this.counted.size + this.conditions.size + this.devices.size === 0;
  }

  /** As much as one turn writes. */
  get isFull(): boolean { return this.transitions.length >= STEPS_PER_TURN; }

  /**
   * Takes out all that concerns devices with a critical alert, to be written before the rest; undefined when that would gain nothing. All of such a device goes, so that its state
   * on disk is that after the batch. A critical alert that stands under one of the rest can't be written before it: then nothing is taken.
   */
  takeUrgent(device: (id: DeviceId) => DeviceMemory | undefined): Gathered | undefined {
    const owners = new Set<DeviceId>();
    for (const { alert: { deviceId, severity } } of this.transitions) if (deviceId !== undefined && severity === 'critical') owners.add(deviceId);
    if (owners.size === 0) return undefined;
    const isUrgent = ({ alert }: { alert: Alert }): boolean => alert.deviceId !== undefined && owners.has(alert.deviceId);
    const rest = this.transitions.filter((transition) => !isUrgent(transition));
    if (rest.length < WORTH_SPLITTING) return undefined;
    const later = new Set(rest.map(({ alert }) => alert.id));
    const urgent = this.transitions.filter(isUrgent);
    if (urgent.some(({ alert: { groupId = '', inhibitedBy = '' } }) => later.has(groupId) || later.has(inhibitedBy))) return undefined;
    return this.#take(owners, urgent, rest, device);
  }

  /** What is written of a device whose records were dealt with before their turn is all of it: the record up to which it is done goes with it, and those before won't be looked at again. */
  complete(isAhead: (device: DeviceMemory) => boolean, device: (id: DeviceId) => DeviceMemory | undefined): void {
    const touched = new Set(this.devices);
    for (const condition of this.conditions) touched.add(condition.device);
    for (const { alert: { deviceId } } of [...this.transitions, ...this.counted]) {
      const memory = deviceId === undefined ? undefined : device(deviceId);
      if (memory !== undefined) touched.add(memory);
    }
    for (const memory of touched) if (isAhead(memory)) this.#addWhole(memory);
  }

  #addWhole(memory: DeviceMemory): void {
    this.devices.add(memory);
    // What may usually be written late: its records won't be looked at again.
    for (const condition of memory.conditions.values()) if (condition.isAged) this.conditions.add(condition);
  }

  #take(owners: ReadonlySet<DeviceId>, urgent: Transition[], rest: Transition[], device: (id: DeviceId) => DeviceMemory | undefined): Gathered {
    const taken = new Gathered();
    taken.transitions = urgent;
    this.transitions = rest;
    for (const active of this.counted) if (active.alert.deviceId !== undefined && owners.has(active.alert.deviceId) && this.counted.delete(active)) taken.counted.add(active);
    for (const condition of this.conditions) if (owners.has(condition.device.id) && this.conditions.delete(condition)) taken.conditions.add(condition);
    for (const id of owners) {
      const memory = device(id);
      if (memory === undefined) continue;
      this.devices.delete(memory);
      taken.#addWhole(memory);
    }
    return taken;
  }

  /**
   * Answers the changes to publish once the transaction has committed. `upTo`: the devices have dealt with what is up to there, though the evaluator's position says less. `andWrite`: what else
   * belongs to it. The transaction ends with it: call nothing in it afterwards.
   */
  async write(trx: Transaction<Database>, changes: Pick<ChangeLog, 'numberAlerts'>, { upTo, andWrite = [] }: { upTo?: DoneUpTo; andWrite?: readonly CompiledQuery[] } = {}): Promise<readonly Change[]> {
    const recorded = await recordTransitions(trx, this.transitions, changes);
    await together(trx, this.#writing(trx, recorded, { upTo, andWrite }), { commits: true });
    return recorded.published;
  }

  *#writing(trx: Transaction<Database>, recorded: Recorded, { upTo, andWrite }: { upTo: DoneUpTo | undefined; andWrite: readonly CompiledQuery[] }): Generator<CompiledQuery> {
    yield* recorded.recording;
    yield* savingAlerts(trx, recorded.alerts);
    yield* this.#writingCounted(trx); // counts are newer than the steps
    yield* addingTimelineEntries(trx, recorded.timeline);
    yield* this.#writingWithheld(trx);
    yield* savingRuleState(trx, this.conditions, this.devices, upTo);
    yield* andWrite;
  }

  *#writingCounted(trx: Transaction<Database>): Generator<CompiledQuery> {
    const counted = [...this.counted];
    for (const active of counted) if (active.alert.active) active.alert = upToDate(active);
    for (const part of inParts(counted)) yield counting(trx, part.map(({ alert: { id, count, lastAt, value = null } }) => ({ id, count, lastAt, value })));
  }

  *#writingWithheld(trx: Transaction<Database>): Generator<CompiledQuery> {
    const withheld = this.transitions.filter(({ isWithheld }) => isWithheld).map(({ alert: { id, clearedAt = 0 } }) => ({ id, at: clearedAt })); // they have cleared
    for (const part of inParts(withheld)) yield withholding(trx, part);
  }
}

/** With the time at which its condition was last seen. */
export const upToDate = ({ alert, seenAt }: ActiveAlert): Alert => seenAt > alert.lastAt ? { ...alert, lastAt: seenAt } : alert;
