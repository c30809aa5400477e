import { severityRank, type Alert, type AlertChange, type AlertClock, type EpochMs } from '@liandong/protocols';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import { nextTier } from '../alerts/life-cycle.js';
import type { EscalationPolicies, PolicyPin } from './policies.js';

/** A clock may run this much longer than its period, by a clock that is kept in step with others, before it is set right (ms). */
export const TOLERANCE_MS = 1_000;

/** Shelved, inhibited, or grouped under a parent: nobody is to be called, so nobody can be late. */
export const isPaused = ({ shelvedUntil, inhibitedBy, groupId }: Alert): boolean => shelvedUntil !== undefined || inhibitedBy !== undefined || groupId !== undefined;

/** Has it waited long enough to move up a tier? */
export const isDue = (alert: Alert, now: EpochMs): boolean =>
  alert.active && alert.clock?.dueAt !== undefined && alert.clock.dueAt <= now && !isPaused(alert);

export interface EscalationClocks extends AlertClocks {
  /**
   * The alert with its clock set right, or undefined when it is right: one that has none yet gets one, and after a step back of the hub's clock
   * none runs out later than a full period from now.
   */
  corrected(alert: Alert, now: EpochMs): Alert | undefined;
}

/**
 * When each alert moves up a tier, after its policy. Pure but for the policies' versions in memory.
 * An active alert always has a clock, even one by which nothing runs out: the clock is what remembers the policy's version.
 */
export function createEscalationClocks({ policies }: { policies: EscalationPolicies }): EscalationClocks {
  /** Undefined: nothing runs out. */
  function periodOf({ tier, severity, acked }: Alert, pin: PolicyPin): number | undefined {
    if (nextTier(tier) === undefined) return undefined;
    const step = policies.step(pin, severity);
    const seconds = acked ? step?.resolveWithinS : step?.ackWithinS;
    return seconds === undefined ? undefined : seconds * 1000;
  }

  /** Runs for `leftMs`, a full period at most and unless told, from `at` on; stands when the alert is paused. */
  function clockOf(alert: Alert, { policyArea, policyVersion }: PolicyPin, at: EpochMs, leftMs = Infinity): AlertClock {
    const pin = policyArea === undefined ? { policyVersion } : { policyArea, policyVersion };
    const kind = alert.acked ? 'resolve' : 'acknowledge';
    const periodMs = periodOf(alert, pin);
    if (periodMs === undefined) return { kind, ...pin };
    const left = Math.min(leftMs, periodMs);
    return isPaused(alert) ? { kind, leftMs: Math.max(0, left), periodMs, ...pin } : { kind, dueAt: at + left, periodMs, ...pin };
  }

  /** Getting worse is no reprieve: what was left at most. */
  function regraded(before: Alert, alert: Alert, pin: PolicyPin, at: EpochMs): AlertClock {
    const isWorse = severityRank(alert.severity) <= severityRank(before.severity);
    return clockOf(alert, pin, at, isWorse ? leftOf(before.clock, at) : Infinity);
  }

  const first = (alert: Alert, at: EpochMs): AlertClock => clockOf(alert, policies.inForce(alert.area), at);

  function clockAfter(before: Alert | undefined, alert: Alert, change: AlertChange, at: EpochMs): AlertClock | undefined {
    const pin = before?.clock ?? policies.inForce(alert.area);
    switch (change) {
      case 'cleared': return undefined;
      case 'raised': return first(alert, at);
      // Clearing took its clock, and what it said of the policy, away.
      case 'reraised': return clockOf(alert, policies.inForceAt(alert.area, alert.raisedAt), at);
      case 'regraded': return before === undefined ? clockOf(alert, pin, at) : regraded(before, alert, pin, at);
      case 'acked': case 'unacked': case 'escalated': return clockOf(alert, pin, at);
      case 'shelved': case 'unshelved': case 'inhibited': case 'released': case 'grouped': case 'ungrouped':
        return clockOf(alert, pin, at, leftOf(before?.clock, at));
      case 'repeated': case 'commented': case 'assigned': return alert.clock ?? clockOf(alert, pin, at);
    }
  }

  return {
    first,
    after: (before, alert, change, at) => withClock(alert, alert.active ? clockAfter(before, alert, change, at) : undefined),

    corrected(alert, now) {
      const { clock, active } = alert;
      if (!active) return undefined;
      if (clock === undefined) return withClock(alert, clockOf(alert, policies.inForce(alert.area), now));
      const isStanding = clock.dueAt === undefined && clock.leftMs !== undefined;
      const isMisplaced = isPaused(alert) ? clock.dueAt !== undefined : isStanding;
      const isLate = clock.dueAt !== undefined && clock.dueAt > now + TOLERANCE_MS && clock.dueAt > now + TOLERANCE_MS + (periodOf(alert, clock) ?? Infinity);
      return isMisplaced || isLate ? withClock(alert, clockOf(alert, clock, now, leftOf(clock, now))) : undefined;
    },
  };
}

/** What a clock that runs, or stands, has left; without either a full period. */
const leftOf = (clock: AlertClock | undefined, at: EpochMs): number => clock?.dueAt !== undefined ? clock.dueAt - at : clock?.leftMs ?? Infinity;

function withClock(alert: Alert, clock: AlertClock | undefined): Alert {
  if (clock !== undefined) return { ...alert, clock };
  const rest: Alert = { ...alert };
  delete rest.clock;
  return rest;
}
