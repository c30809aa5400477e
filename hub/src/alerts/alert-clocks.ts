import type { Alert, AlertChange, AlertClock, EpochMs } from '@liandong/protocols';

/** Whoever changes an alert asks this what becomes of its clock, in the same step: an alert and its clock are never written apart. */
export interface AlertClocks {
  /** `alert` is what `change` made of `before` (undefined: it was just raised) at hub time `at`. Answers it with the clock it has from now on. */
  after(before: Alert | undefined, alert: Alert, change: AlertChange, at: EpochMs): Alert;
  /** That of an alert that is raised at hub time `at`; undefined: it has none. */
  first(alert: Alert, at: EpochMs): AlertClock | undefined;
}

/** Nothing escalates. */
export const noClocks: AlertClocks = { after: (_before, alert) => alert, first: () => undefined };
