import type { ActiveAlert, ActiveAlerts } from './active-alerts.js';

/** An alert that is to be inhibited by another cause than now, or (`cause` undefined) by none. */
export interface InhibitionChange { readonly active: ActiveAlert; readonly cause: ActiveAlert | undefined }

/**
 * The active alert that makes this one pointless to act on: of a rule, or family of rules, that its own rule names, on the same device or on
 * its gateway. One that is itself inhibited by this one, directly or through others, is none: two alerts must not hide each other.
 */
export function causeOf(active: ActiveAlert, alerts: Pick<ActiveAlerts, 'byId' | 'ofDevice'>): ActiveAlert | undefined {
  const { owner, alert: { deviceId } } = active;
  if (owner === undefined || owner.inhibitors.length === 0 || deviceId === undefined) return undefined;
  const known = active.alert.inhibitedBy === undefined ? undefined : alerts.byId(active.alert.inhibitedBy);
  if (known !== undefined && isNamed(known, owner.inhibitors)) return known; // its rule may have come to name others
  for (const device of owner.gateway === undefined ? [deviceId] : [deviceId, owner.gateway]) {
    for (const other of alerts.ofDevice(device)) {
      if (other !== active && isNamed(other, owner.inhibitors) && !isInhibitedThrough(other, active, alerts)) return other;
    }
  }
  return undefined;
}

/** What is not as it should be; causes come and go. */
export function inhibitionChanges(alerts: ActiveAlerts): InhibitionChange[] {
  const changes: InhibitionChange[] = [];
  for (const active of alerts.inhibitable()) {
    const cause = causeOf(active, alerts);
    if (cause?.alert.id !== active.alert.inhibitedBy) changes.push({ active, cause });
  }
  return changes;
}

const isNamed = ({ alert: { ruleId }, owner }: ActiveAlert, names: readonly string[]): boolean =>
  names.includes(ruleId) || (owner?.family !== undefined && names.includes(owner.family));

function isInhibitedThrough(other: ActiveAlert, active: ActiveAlert, alerts: Pick<ActiveAlerts, 'byId'>): boolean {
  for (let cause: ActiveAlert | undefined = other; cause !== undefined; cause = cause.alert.inhibitedBy === undefined ? undefined : alerts.byId(cause.alert.inhibitedBy)) {
    if (cause === active) return true;
  }
  return false;
}
