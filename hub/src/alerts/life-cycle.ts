import type { Alert, AlertChange, EpochMs, Label, Severity } from '@liandong/protocols';

/** Active × acknowledged (ISA-18.2). A cleared alert never becomes active again: the next occurrence is a new alert. */
export type AlertState = 'active' | 'active_acked' | 'cleared' | 'cleared_acked';
/** What can happen to an alert that exists. */
export type AlertStep = Exclude<AlertChange, 'raised'>;

/** The whole life-cycle. A step that isn't listed is illegal in that state. */
export const TRANSITIONS: Readonly<Record<AlertState, Readonly<Partial<Record<AlertStep, AlertState>>>>> = {
  active: { regraded: 'active', repeated: 'active', acked: 'active_acked', commented: 'active', cleared: 'cleared' },
  // Re-grading means it got worse than what was acknowledged, so somebody has to look again.
  active_acked: { regraded: 'active', repeated: 'active_acked', unacked: 'active', commented: 'active_acked', cleared: 'cleared_acked' },
  cleared: { acked: 'cleared_acked', commented: 'cleared' },
  cleared_acked: { commented: 'cleared_acked' },
};

/** What a step brings with it; `at` is hub time. */
export interface StepDetail { at: EpochMs; by?: string; severity?: Severity; value?: number; threshold?: number; message?: Label }

export const stateOf = ({ active, acked }: Pick<Alert, 'active' | 'acked'>): AlertState =>
  active ? (acked ? 'active_acked' : 'active') : (acked ? 'cleared_acked' : 'cleared');

/** The alert after the step, or undefined when the step is illegal in its state. The given alert stays as it is. */
export function applyStep(alert: Alert, step: AlertStep, detail: StepDetail): Alert | undefined {
  const next = TRANSITIONS[stateOf(alert)][step];
  if (next === undefined) return undefined;
  const unacked: Alert = { ...alert, acked: false };
  delete unacked.ackedBy;
  delete unacked.ackedAt;
  switch (step) {
    case 'acked': return { ...alert, acked: true, ackedAt: detail.at, ...(detail.by === undefined ? {} : { ackedBy: detail.by }) };
    case 'unacked': return unacked;
    case 'regraded': return { ...unacked, lastAt: detail.at, ...measured(detail) };
    case 'repeated': return { ...alert, lastAt: detail.at, count: alert.count + 1, ...measured({ ...detail, severity: alert.severity }) };
    case 'cleared': return { ...alert, active: false, clearedAt: detail.at };
    case 'commented': return { ...alert };
  }
}

function measured({ severity, value, threshold, message }: StepDetail): Partial<Alert> {
  return {
    ...(severity === undefined ? {} : { severity }), ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }), ...(message === undefined ? {} : { message }),
  };
}
