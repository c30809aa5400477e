import type { EpochMs, Severity } from '@liandong/protocols';
import type { ActiveAlert } from '../alerts/active-alerts.js';
import type { Condition } from './condition.js';
import type { Ending } from './ending.js';

/** A severity the condition can reach, from mild to severe. */
export interface Grade { readonly severity: Severity; readonly limit: number | undefined }

/** What a condition asks for when it changes; gathered and written in one transaction per batch. */
export interface ConditionSink {
  raise(condition: Condition, grade: Grade, at: EpochMs): ActiveAlert;
  regrade(condition: Condition, grade: Grade, at: EpochMs): void;
  /** `isReentry`: the condition was gone in between, though not for long enough to clear. */
  repeat(active: ActiveAlert, condition: Condition, at: EpochMs, isReentry?: boolean): void;
  /** `ending`: it has not recovered. `isWithheld`: only because its device is out of service, though an edge may hold it active. */
  clear(active: ActiveAlert, at: EpochMs, ending?: Ending, isWithheld?: boolean): void;
  /** The condition stands behind an alert of an earlier life. */
  adopted(active: ActiveAlert, condition: Condition): void;
  /** Its remembered state changed and has to be on disk together with the position. */
  changed(condition: Condition): void;
  /** Has a delay running; tick it. */
  wait(condition: Condition): void;
}
