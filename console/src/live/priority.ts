import { RETURNED_MS, RETURNED_SEVERITIES, SEVERITIES, TIERS, severityRank, type Alert, type EpochMs, type Severity, type Tier } from '@liandong/protocols';

/** Put aside by an operator until later. */
export const isShelved = (alert: Alert, now: EpochMs): boolean => (alert.shelvedUntil ?? 0) > now;

/** Active, not acknowledged, not shelved, and not made pointless by another: somebody has to look. Whether a parent stands for it only a list can tell. */
export const needsPerson = (alert: Alert, now: EpochMs): boolean => alert.active && !alert.acked && alert.inhibitedBy === undefined && !isShelved(alert, now);

/** Over, critical or major, and nobody has acknowledged it: it came and went unseen (ISA-18.2: returned to normal, unacknowledged). What is on the shelf was not unseen, and neither was what stood under a parent or was inhibited until the end; of a device that is out of service nobody is told. What ended without having recovered (`endedBy`) asks nobody to look at it either. */
export const isReturned = (alert: Alert, now: EpochMs): boolean => !alert.active && !alert.acked && RETURNED_SEVERITIES.includes(alert.severity) && alert.clearedAt !== undefined && alert.clearedAt > now - RETURNED_MS
  && !isShelved(alert, now) && alert.inhibitedBy === undefined && alert.isWithheld !== true && alert.endedBy === undefined && (alert.groupId === undefined || alert.groupId === alert.id);

/** What needs a person first: unacknowledged, then the worst, then what moves up a tier soonest, then who has waited longest; the id makes the order total. */
export function byUrgency(a: Alert, b: Alert): number {
  return Number(a.acked) - Number(b.acked) || severityRank(a.severity) - severityRank(b.severity) || compare(dueAt(a), dueAt(b)) || a.raisedAt - b.raisedAt || compareIds(a, b);
}
/** Of what returned unseen the worst, then what cleared last. */
export const byReturn = (a: Alert, b: Alert): number => severityRank(a.severity) - severityRank(b.severity) || (b.clearedAt ?? 0) - (a.clearedAt ?? 0) || compareIds(a, b);
/** What comes back from the shelf soonest. */
export const byShelfEnd = (a: Alert, b: Alert): number => (a.shelvedUntil ?? 0) - (b.shelvedUntil ?? 0) || compareIds(a, b);

const dueAt = (alert: Alert): number => alert.clock?.dueAt ?? Number.POSITIVE_INFINITY;
/** Two infinities are equal; their difference is not a number. */
const compare = (a: number, b: number): number => a < b ? -1 : a > b ? 1 : 0;
const compareIds = (a: Alert, b: Alert): number => a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** Active first, worst first, then newest: the order of the alerts table, as GET /alerts has it. */
export function byTableOrder(a: Alert, b: Alert): number {
  return Number(b.active) - Number(a.active) || severityRank(a.severity) - severityRank(b.severity) || b.raisedAt - a.raisedAt || compareIds(a, b);
}

/** Leaves out what is grouped under an active parent that is in the list too. */
export function withoutGrouped(alerts: readonly Alert[]): Alert[] {
  const active = new Set(alerts.filter((alert) => alert.active).map((alert) => alert.id));
  return alerts.filter((alert) => alert.groupId === undefined || alert.groupId === alert.id || !active.has(alert.groupId));
}

export function countBySeverity(alerts: readonly Alert[]): Record<Severity, number> {
  return countBy(SEVERITIES, alerts, (alert) => alert.severity);
}
export function countByTier(alerts: readonly Alert[]): Record<Tier, number> {
  return countBy(TIERS, alerts, (alert) => alert.tier);
}

/** The worst severity among these; undefined when there are none. */
export const worstSeverity = (alerts: readonly Alert[]): Severity | undefined =>
  SEVERITIES.find((severity) => alerts.some((alert) => alert.severity === severity));

function countBy<K extends string>(keys: readonly K[], alerts: readonly Alert[], keyOf: (alert: Alert) => K): Record<K, number> {
  // Every key of `keys` is set here, which fromEntries' type cannot say.
  const counts = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  for (const alert of alerts) counts[keyOf(alert)] += 1;
  return counts;
}
