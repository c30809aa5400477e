import { TIERS, type Alert, type AlertChange, type AlertEnd, type EpochMs, type Label, type Severity, type Tier } from '@liandong/protocols';

/** Active × acknowledged (ISA-18.2). Being shelved, inhibited or grouped lies across these: it changes who is called, not what is so. */
export type AlertState = 'active' | 'active_acked' | 'cleared' | 'cleared_acked';
/** What can happen to an alert that exists. */
export type AlertStep = Exclude<AlertChange, 'raised'>;

const SAME_WHEN_ACTIVE = ['repeated', 'commented', 'assigned', 'shelved', 'unshelved', 'inhibited', 'released', 'grouped', 'ungrouped'] as const;
const staying = <S extends AlertState>(state: S): Record<(typeof SAME_WHEN_ACTIVE)[number], S> =>
  Object.fromEntries(SAME_WHEN_ACTIVE.map((step) => [step, state])) as Record<(typeof SAME_WHEN_ACTIVE)[number], S>; // one entry each

/** The whole life-cycle. A step that isn't listed is illegal in that state. */
export const TRANSITIONS: Readonly<Record<AlertState, Readonly<Partial<Record<AlertStep, AlertState>>>>> = {
  active: { ...staying('active'), regraded: 'active', escalated: 'active', acked: 'active_acked', cleared: 'cleared' },
  // Re-graded: it got worse than what was acknowledged. Escalated: it was not resolved in time, and those who own it now have not seen it.
  active_acked: { ...staying('active_acked'), regraded: 'active', escalated: 'active', unacked: 'active', cleared: 'cleared_acked' },
  // The same again within a minute is the same alert come back (domain figures, "Chattering"); later it is a new one.
  // What was shelved is the alarm: its shelf outlives the alert, and so can end after it.
  cleared: { acked: 'cleared_acked', commented: 'cleared', unshelved: 'cleared', reraised: 'active' },
  cleared_acked: { commented: 'cleared_acked', unshelved: 'cleared_acked', reraised: 'active' },
};

/** What a step brings with it; `at` is hub time. */
export interface StepDetail {
  at: EpochMs; by?: string; severity?: Severity; value?: number; threshold?: number; message?: Label;
  /** Of `shelved`. */
  until?: EpochMs; reason?: string;
  /** Of `assigned`; null takes it back. */
  assignee?: string | null;
  /** The parent of `grouped`, the cause of `inhibited`. */
  alertId?: string;
  /** Of `cleared`, where it has not recovered. */
  endedBy?: AlertEnd | undefined;
  /** Of `repeated` and `reraised`: it comes and goes (CHATTER). */
  isChattering?: boolean;
}

export const stateOf = ({ active, acked }: Pick<Alert, 'active' | 'acked'>): AlertState =>
  active ? (acked ? 'active_acked' : 'active') : (acked ? 'cleared_acked' : 'cleared');

/** The tier that owns it next; undefined above the city. */
export const nextTier = (tier: Tier): Tier | undefined => TIERS[TIERS.indexOf(tier) + 1];

/** The alert after the step, or undefined when the step is illegal in its state. The given alert stays as it is. */
export function applyStep(alert: Alert, step: AlertStep, detail: StepDetail): Alert | undefined {
  if (TRANSITIONS[stateOf(alert)][step] === undefined) return undefined;
  switch (step) {
    case 'acked': return { ...alert, acked: true, ackedAt: detail.at, ...(detail.by === undefined ? {} : { ackedBy: detail.by }) };
    case 'unacked': return unacked(alert);
    case 'regraded': return { ...unacked(alert), lastAt: detail.at, ...measured(detail) };
    case 'repeated': return { ...alert, lastAt: detail.at, count: alert.count + 1, ...measured({ ...detail, severity: alert.severity }), ...chattering(detail) };
    case 'reraised': return { ...without(unacked(alert), 'clearedAt', 'endedBy', 'inhibitedBy', 'isWithheld'), active: true, lastAt: detail.at, count: alert.count + 1, ...measured(detail), ...chattering(detail) };
    // What inhibited it stays, as its parent does: it did not come and go unseen (docs/decisions/cleared-unacknowledged.md). Back again, it is decided anew.
    case 'cleared': return { ...without(alert, 'clock'), active: false, clearedAt: detail.at, ...(detail.endedBy === undefined ? {} : { endedBy: detail.endedBy }) };
    case 'commented': return { ...alert };
    case 'assigned': return typeof detail.assignee === 'string' ? { ...alert, assignee: detail.assignee } : without(alert, 'assignee');
    case 'shelved': return detail.until === undefined ? undefined : { ...alert, shelvedUntil: detail.until, ...(detail.by === undefined ? {} : { shelvedBy: detail.by }), ...(detail.reason === undefined ? {} : { shelveReason: detail.reason }) };
    case 'unshelved': return alert.shelvedUntil === undefined ? undefined : without(alert, 'shelvedUntil', 'shelvedBy', 'shelveReason');
    case 'escalated': return escalated(alert);
    case 'inhibited': return detail.alertId === undefined || alert.inhibitedBy !== undefined ? undefined : { ...alert, inhibitedBy: detail.alertId };
    case 'released': return alert.inhibitedBy === undefined ? undefined : without(alert, 'inhibitedBy');
    case 'grouped': return detail.alertId === undefined ? undefined : { ...alert, groupId: detail.alertId };
    case 'ungrouped': return alert.groupId === undefined ? undefined : without(alert, 'groupId');
  }
}

function escalated(alert: Alert): Alert | undefined {
  const tier = nextTier(alert.tier);
  return tier === undefined ? undefined : { ...unacked(alert), tier };
}

const unacked = (alert: Alert): Alert => ({ ...without(alert, 'ackedBy', 'ackedAt'), acked: false });

/** The same alert without these members. */
function without(alert: Alert, ...keys: ('ackedBy' | 'ackedAt' | 'clearedAt' | 'clock' | 'inhibitedBy' | 'assignee' | 'shelvedUntil' | 'shelvedBy' | 'shelveReason' | 'groupId' | 'isWithheld' | 'endedBy')[]): Alert {
  const rest: Alert = { ...alert };
  for (const key of keys) delete rest[key];
  return rest;
}

const chattering = ({ isChattering }: StepDetail): Partial<Alert> => isChattering === true ? { isChattering } : {};

function measured({ severity, value, threshold, message }: StepDetail): Partial<Alert> {
  return {
    ...(severity === undefined ? {} : { severity }), ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }), ...(message === undefined ? {} : { message }),
  };
}
